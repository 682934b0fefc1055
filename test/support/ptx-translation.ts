import type { MachineMemory } from './ptx-memory.ts'

/** What a thread of a translated text needs. */
export interface Machine {
  readonly fma32: (a: number, b: number, c: number) => number
  readonly fma64: (a: number, b: number, c: number) => number
  readonly toBinary16: (x: number) => number
  readonly toBfloat16: (x: number) => number
  readonly group: number
  readonly thread: number
  readonly memory: MachineMemory
  readonly shared: MachineMemory
  readonly parameters: readonly number[]
}

export interface Program {
  readonly threads: number
  readonly run: (machine: Machine) => Generator<void, void>
}

const programs = new Map<string, Program>()

/** The text as JavaScript, once translated. */
export function translate(text: string): Program {
  const known = programs.get(text)
  if (known !== undefined) return known
  const program = new Translation(text).program()
  programs.set(text, program)
  return program
}

/** Helpers that the translated text uses. */
const PRELUDE = `
  'use strict'
  const { fma32, fma64, toBinary16, toBfloat16, group, thread, memory, shared, parameters } = machine
  const fround = Math.fround
  const view = new DataView(new ArrayBuffer(8))
  const bits32 = (x) => (view.setFloat32(0, x), view.getUint32(0))
  const float32 = (b) => (view.setUint32(0, b), view.getFloat32(0))
  const bits64 = (x) => (view.setFloat64(0, x), view.getBigUint64(0))
  const float64 = (b) => (view.setBigUint64(0, b), view.getFloat64(0))
  const largest = (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b))
  const withSign = (sign, a) => (Object.is(sign, -0) || sign < 0 ? -Math.abs(a) : Math.abs(a))
  const high = (a, b) => Number((BigInt(a) * BigInt(b)) >> 32n)
`

class Translation {
  readonly #text: string
  readonly #labels = new Map<string, number>()
  /** The variable that a register is. */
  readonly #variables = new Map<string, string>()
  readonly #parameters: readonly string[]

  constructor(text: string) {
    this.#text = text
    this.#parameters = [...text.matchAll(/\.param \.\w+ (\w+)/g)].map(([, name = '']) => name)
  }

  program(): Program {
    const [, head = '', body = ''] = /^([\s\S]*?)\n\{\n([\s\S]*)\n\}/m.exec(this.#text) ?? []
    const threads = Number(/\.maxntid (\d+)/.exec(head)?.[1])
    const lines = body.split('\n').map((line) => line.trim())
    const code = lines.filter((line) => line !== '' && !line.startsWith('.'))
    const isFixed = fixedRegisters(code)
    const fixed = code.filter((line) => isFixed.has(firstRegister(line)))
    const moving = code.filter((line) => !isFixed.has(firstRegister(line)))
    for (const [register, name] of variablesOf(moving, isFixed)) this.#variables.set(register, name)
    const declared = [...new Set(this.#variables.values())].join(', ')
    for (const register of isFixed) this.#variables.set(register, `fixed_${register.slice(1)}`)
    const constants = fixed.map((line) => `const ${this.#statement(line)}`)
    moving.filter((line) => line.endsWith(':')).forEach((line, i) => this.#labels.set(line.slice(0, -1), i + 1))
    const statements = moving.map((line) => this.#statement(line))
    const source = `${PRELUDE}
      ${constants.join('\n')}
      return (function* () {
        let ${declared === '' ? 'unused' : declared}
        let at = 0
        for (;;) switch (at) { case 0:
        ${statements.join('\n')}
        }
      })()`
    // oxlint-disable-next-line no-implied-eval -- the text is that of our own printer
    const run = new Function('machine', source) as Program['run']
    return { threads, run }
  }

  #statement(line: string): string {
    if (line.endsWith(':')) return `case ${this.#label(line.slice(0, -1))}:`
    const [, guard, operation = '', rest = ''] = /^(?:@(!?%p\d+) )?([\w.]+)(?: (.*))?;$/.exec(line) ?? []
    const operands = rest === '' ? [] : rest.split(', ')
    const statement = this.#instruction(operation, operands)
    return guard === undefined ? statement : `if (${guard.startsWith('!') ? '!' : ''}${this.#register(guard.replace('!', ''))}) { ${statement} }`
  }

  #instruction(operation: string, operands: readonly string[]): string {
    if (operation === 'ret') return 'return'
    if (operation === 'bra') return `at = ${this.#label(operands[0] ?? '')}; continue`
    if (operation === 'bar.sync') return 'yield'
    const store = /^st\.(global|shared)\.(\w+)$/.exec(operation)
    const [first = '', ...others] = operands
    if (store !== null) {
      const [, space = '', type = ''] = store
      return `${space === 'global' ? 'memory' : 'shared'}.set${type.toUpperCase()}(${this.#address(first)}, ${this.#value(others[0] ?? '')})`
    }
    const atomic = operation === 'atom.global.add.u32'
    if (atomic) {
      return `${this.#register(first)} = memory.add(${this.#address(others[0] ?? '')}, ${this.#value(others[1] ?? '')})`
    }
    return `${this.#register(first)} = ${this.#expression(operation, others)}`
  }

  #expression(operation: string, operands: readonly string[]): string {
    const load = /^ld\.(param|global|shared)\.(\w+)$/.exec(operation)
    if (load !== null) {
      const [, space = '', type = ''] = load
      const place = operands[0] ?? ''
      if (space === 'param') return `${type === 'f32' ? 'fround' : ''}(parameters[${this.#parameter(place.slice(1, -1))}])`
      return `${space === 'global' ? 'memory' : 'shared'}.${type}(${this.#address(place)})`
    }
    const [a = '', b = '', c = ''] = operands.map((operand) => this.#value(operand))
    const comparison = /^setp\.(lt|le|gt|eq|ne|neu)\.(f32|f64|u32)$/.exec(operation)
    if (comparison !== null) return `${a} ${{ lt: '<', le: '<=', gt: '>', eq: '===', ne: '!==', neu: '!==' }[comparison[1] ?? '']} ${b}`
    const expression = EXPRESSIONS[operation]
    if (expression === undefined) throw new Error(`the machine has no instruction ${operation}`)
    return expression(a, b, c)
  }

  #address(place: string): string {
    const [, register = '', offset = '0'] = /^\[(%\w+)(?:\+(\d+))?\]$/.exec(place) ?? []
    return `${this.#register(register)} + ${offset}`
  }

  #value(operand: string): string {
    if (operand === '%tid.x') return 'thread'
    if (operand === '%ctaid.x') return 'group'
    if (operand.startsWith('%')) return this.#register(operand)
    // The shared memory of a workgroup begins at 0.
    if (operand === 'shared_memory') return '0'
    if (operand.startsWith('0f')) return `float32(0x${operand.slice(2)})`
    if (operand.startsWith('0d')) return `float64(0x${operand.slice(2)}n)`
    if (/^(0x[0-9A-Fa-f]+|\d+)$/.test(operand)) return operand
    throw new Error(`the machine does not understand the operand ${operand}`)
  }

  #register(name: string): string {
    const variable = this.#variables.get(name)
    if (variable === undefined) throw new Error(`the machine has no register ${name}`)
    return variable
  }

  #label(name: string): number {
    const label = this.#labels.get(name)
    if (label === undefined) throw new Error(`there is no label ${name}`)
    return label
  }

  #parameter(name: string): number {
    const index = this.#parameters.indexOf(name)
    if (index < 0) throw new Error(`there is no parameter ${name}`)
    return index
  }
}

const REGISTER = /%[bfwpaih]\d+/g

function firstRegister(line: string): string {
  return line.match(REGISTER)?.[0] ?? ''
}

/** Registers that hold one constant, parameter or index of the thread for good: no barrier has to keep them. They are set before all else. */
function fixedRegisters(code: readonly string[]): ReadonlySet<string> {
  const fixed = new Set<string>()
  const varying = new Set<string>()
  for (const line of code) {
    const register = firstRegister(line)
    const isConstant = /^(mov\.[uf]\d+ %[fw]\d+, (0[fdx]\w+|%tid\.x|%ctaid\.x)|ld\.param\.[uf]\d+ %\w+, \[\w+\]);$/.test(line)
    if (isConstant && !fixed.has(register)) fixed.add(register)
    else if (!line.startsWith('st.')) varying.add(register)
  }
  return new Set([...fixed].filter((register) => !varying.has(register)))
}

/**
 * A variable for each register. Those that one basic block alone uses share some: of thousands of variables every barrier would have to keep all.
 * The name begins with the letter of the register, which tells the types apart.
 */
function variablesOf(code: readonly string[], besides: ReadonlySet<string>): Map<string, string> {
  const lines = code.map((line) => (line.match(REGISTER) ?? []).filter((register) => !besides.has(register)))
  const uses = new Map<string, { readonly block: number; last: number; isLocal: boolean }>()
  let block = 0
  code.forEach((line, i) => {
    if (line.endsWith(':')) block += 1
    for (const register of lines[i] ?? []) {
      const use = uses.get(register)
      if (use === undefined) uses.set(register, { block, last: i, isLocal: true })
      else {
        use.last = i
        use.isLocal &&= use.block === block
      }
    }
    if (line.includes('bra ') || line.startsWith('bar.')) block += 1
  })
  const variables = new Map<string, string>()
  const free = new Map<string, string[]>()
  let count = 0
  lines.forEach((registers, i) => {
    for (const register of registers) {
      if (variables.has(register)) continue
      const type = register.charAt(1)
      const reused = uses.get(register)?.isLocal === true ? free.get(type)?.pop() : undefined
      count += reused === undefined ? 1 : 0
      variables.set(register, reused ?? `${type}${count}`)
    }
    for (const register of new Set(registers)) {
      const use = uses.get(register)
      if (use?.isLocal !== true || use.last !== i) continue
      const type = register.charAt(1)
      free.set(type, [...(free.get(type) ?? []), variables.get(register) ?? ''])
    }
  })
  return variables
}

type Expression = (a: string, b: string, c: string) => string

const EXPRESSIONS: Readonly<Record<string, Expression>> = {
  'cvta.to.global.u64': (a) => a,
  'mov.u32': (a) => a,
  'mov.u64': (a) => a,
  'mov.f32': (a) => a,
  'mov.f64': (a) => a,
  'mov.pred': (a) => a,
  'fma.rn.f32': (a, b, c) => `fma32(${a}, ${b}, ${c})`,
  'fma.rn.f64': (a, b, c) => `fma64(${a}, ${b}, ${c})`,
  ...arithmetic('f32', (x) => `fround(${x})`),
  ...arithmetic('f64', (x) => x),
  // A register of 16 bits holds the number of binary16, and of bfloat16 the bits.
  'cvt.rn.f16.f32': (a) => `toBinary16(${a})`,
  'cvt.f32.f16': (a) => a,
  'cvt.rn.bf16.f32': (a) => `bits32(toBfloat16(${a})) >>> 16`,
  'cvt.u32.u16': (a) => a,
  'add.u32': (a, b) => `(${a} + ${b}) >>> 0`,
  'sub.u32': (a, b) => `(${a} - ${b}) >>> 0`,
  'mul.lo.u32': (a, b) => `Math.imul(${a}, ${b}) >>> 0`,
  'mul.hi.u32': (a, b) => `high(${a}, ${b})`,
  'div.u32': (a, b) => `Math.floor(${a} / ${b}) >>> 0`,
  'mad.wide.u32': (a, b, c) => `${a} * ${b} + ${c}`,
  'and.b32': (a, b) => `(${a} & ${b}) >>> 0`,
  'or.b32': (a, b) => `(${a} | ${b}) >>> 0`,
  'xor.b32': (a, b) => `(${a} ^ ${b}) >>> 0`,
  // shifts of 32 and more give 0 here; none of ours is
  'shl.b32': (a, b) => `(${a} << ${b}) >>> 0`,
  'shr.u32': (a, b) => `${a} >>> ${b}`,
  'and.pred': (a, b) => `${a} && ${b}`,
  'or.pred': (a, b) => `${a} || ${b}`,
  'not.pred': (a) => `!${a}`,
  'selp.b32': (a, b, c) => `${c} ? ${a} : ${b}`,
  'selp.f32': (a, b, c) => `${c} ? ${a} : ${b}`,
  'selp.f64': (a, b, c) => `${c} ? ${a} : ${b}`,
}

/** Operations of a floating-point type; `round` makes of a binary64 result one of the type. */
function arithmetic(type: 'f32' | 'f64', round: (x: string) => string): Record<string, Expression> {
  const isSingle = type === 'f32'
  return {
    [`add.rn.${type}`]: (a, b) => round(`${a} + ${b}`),
    [`sub.rn.${type}`]: (a, b) => round(`${a} - ${b}`),
    [`mul.rn.${type}`]: (a, b) => round(`${a} * ${b}`),
    [`div.rn.${type}`]: (a, b) => round(`${a} / ${b}`),
    [`sqrt.rn.${type}`]: (a) => round(`Math.sqrt(${a})`),
    [`neg.${type}`]: (a) => `-${a}`,
    [`abs.${type}`]: (a) => `Math.abs(${a})`,
    [`max.${type}`]: (a, b) => `largest(${a}, ${b})`,
    [`copysign.${type}`]: (a, b) => `withSign(${a}, ${b})`,
    [`cvt.rn.${type}.u32`]: (a) => round(a),
    // The exponent trick of our printer, on the bits.
    ...(isSingle
      ? { 'mov.b32': (a) => (a.startsWith('f') ? `bits32(${a})` : `float32(${a})`), 'add.u32': (a, b) => `(${a} + ${b}) >>> 0` }
      : { 'mov.b64': (a) => (a.startsWith('f') ? `bits64(${a})` : `float64(${a})`), 'shl.b64': (a, b) => `BigInt.asUintN(64, ${a} << ${b}n)`, 'add.u64': (a, b) => `BigInt.asUintN(64, ${a} + ${b}n)` }),
  }
}
