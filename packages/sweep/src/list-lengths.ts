/** As much of a JSON Schema as says where lists are and how long they may be. */
interface Node {
  readonly properties?: Readonly<Record<string, Node>>
  readonly patternProperties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly maxItems?: number
}

/**
 * Pointers of the lists that are longer than their schema allows. Found before anything else is checked, because to look for repetitions in
 * a list takes the square of its length: a megabyte of them would stop a service for minutes.
 */
export function tooLongLists(schema: Node, value: unknown, pointer = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  const nodes = withAlternatives(schema)
  if (Array.isArray(value)) {
    const lists = nodes.filter((node) => node.items !== undefined)
    if (lists.length > 0 && lists.every(({ maxItems = Infinity }) => value.length > maxItems)) return [pointer]
    const items = { anyOf: lists.flatMap((node) => node.items ?? []) }
    return value.flatMap((item, index) => tooLongLists(items, item, `${pointer}/${index}`))
  }
  return Object.entries(value).flatMap(([key, member]) => {
    const anyOf = nodes.flatMap((node) => node.properties?.[key] ?? Object.values(node.patternProperties ?? {}))
    return anyOf.length === 0 ? [] : tooLongLists({ anyOf }, member, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  })
}

function withAlternatives(node: Node): readonly Node[] {
  return [node, ...(node.anyOf ?? []).flatMap(withAlternatives)]
}
