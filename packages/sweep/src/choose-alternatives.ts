/** As much of a JSON Schema as messages are made of. */
export interface Node {
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly patternProperties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
}

/**
 * The schema with every choice between objects that differ by their `kind` made as the value makes it, so that what is wrong
 * is said about the alternative that was meant. Accepts the same values. Where the kind is none of them, or missing, only
 * that is wrong.
 */
export function chooseAlternatives(schema: Node, value: unknown): Node {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return schema
  const chosen = schema.anyOf === undefined ? schema : alternativeOf(schema.anyOf, value)
  if (chosen === null) return schema
  const { properties } = chosen
  if (properties === undefined) return chosen
  const narrowed = Object.entries(properties).map(([name, node]) => [name, chooseAlternatives(node, Reflect.get(value, name))])
  return { ...chosen, properties: Object.fromEntries(narrowed) }
}

/** Null where the alternatives have no kinds. */
function alternativeOf(alternatives: readonly Node[], value: object): Node | null {
  const kinds = alternatives.flatMap((node) => node.properties?.['kind']?.enum ?? [])
  if (kinds.length === 0) return null
  const kind: unknown = Reflect.get(value, 'kind')
  const meant = alternatives.find((node) => node.properties?.['kind']?.enum?.includes(kind))
  return meant ?? ofSomeKind([...new Set(kinds)])
}

function ofSomeKind(kinds: readonly unknown[]): Node {
  const kind = { enum: kinds, description: `one of ${kinds.join(', ')}` }
  return Object.assign({ properties: { kind } }, { type: 'object', required: ['kind'] })
}
