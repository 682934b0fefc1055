import { fma32 } from '../../packages/trial/src/arithmetic/fma-binary32.ts'
import { storedIn } from '../../packages/trial/src/stored.ts'
import { fma64 } from './fma-binary64.ts'

const toBinary16 = storedIn('f16/1')
const toBfloat16 = storedIn('bf16/1')

/**
 * Runs PTX on the processor, one thread after another: a second reading of the language, with the bits that NVIDIA's documents promise
 * ("Parallel Thread Execution ISA"). It knows the instructions that our printer uses and refuses every other, and kernels whose threads touch the same
 * number between two barriers, one of them to write it: theirs is an order that a processor does not keep. Each text is translated to JavaScript once.
 */
export class PtxMachine {
  #heap: ArrayBuffer
  #accesses: Accesses
  #regions: { readonly start: number; readonly end: number }[] = []

  /** @param bytes of global memory */
  constructor(bytes: number) {
    this.#heap = new ArrayBuffer(bytes)
    this.#accesses = new Accesses(bytes)
  }

  /** A machine on memory that another gives out: every address within is allowed. */
  static over(heap: ArrayBuffer): PtxMachine {
    const machine = new PtxMachine(0)
    machine.#heap = heap
    machine.#accesses = new Accesses(heap.byteLength)
    machine.#regions = [{ start: 256, end: heap.byteLength }]
    return machine
  }

  /** Memory for a buffer, its address and a view on it; nothing lies directly behind it, so that no access runs into another one. */
  allocate(bytes: number): { readonly address: number; readonly bytes: Uint8Array } {
    const start = this.#gap(bytes)
    const end = start + bytes
    if (end > this.#heap.byteLength) throw new RangeError(`no memory for ${bytes} bytes`)
    this.#regions.push({ start, end })
    this.#regions.sort((a, b) => a.start - b.start)
    return { address: start, bytes: new Uint8Array(this.#heap, start, bytes) }
  }

  release(address: number): void {
    this.#regions = this.#regions.filter(({ start }) => start !== address)
  }

  /** The first place with so much room, and 256 bytes on either side. */
  #gap(bytes: number): number {
    let start = 256
    for (const region of this.#regions) {
      if (start + bytes + 256 <= region.start) break
      start = Math.ceil((region.end + 256) / 256) * 256
    }
    return start
  }

  /** Runs a kernel. @param parameters in the order of the text: addresses and numbers */
  launch(text: string, { groups, parameters, sharedBytes }: { readonly groups: number; readonly parameters: readonly number[]; readonly sharedBytes: number }): void {
    const program = translate(text)
    const accesses = this.#accesses
    const memory = new MachineMemory({ heap: this.#heap, regions: this.#regions, accesses })
    for (let group = 0; group < groups; group++) {
      const bytes = Math.ceil(sharedBytes / 8) * 8
      const sharedAccesses = new Accesses(bytes)
      const shared = new MachineMemory({ heap: new ArrayBuffer(bytes), regions: [{ start: 0, end: sharedBytes }], accesses: sharedAccesses })
      let threads = Array.from({ length: program.threads }, (_, thread) => program.run({ fma32, fma64, toBinary16, toBfloat16, group, memory, parameters, shared, thread }))
      // All threads run up to the barrier, then all go on.
      while (threads.length > 0) {
        for (const space of [accesses, sharedAccesses]) space.beginPhase()
        const going = threads.filter((thread, i) => {
          accesses.enter(i)
          sharedAccesses.enter(i)
          return thread.next().done !== true
        })
        if (going.length > 0 && going.length < threads.length) throw new Error('a barrier that not all threads of a workgroup reach')
        threads = going
      }
    }
  }
}

interface Machine {
  readonly fma32: typeof fma32
  readonly fma64: typeof fma64
  readonly toBinary16: (x: number) => number
  readonly toBfloat16: (x: number) => number
  readonly group: number
  readonly thread: number
  readonly memory: MachineMemory
  readonly shared: MachineMemory
  readonly parameters: readonly number[]
}

interface Program {
  readonly threads: number
  readonly run: (machine: Machine) => Generator<void, void>
}

interface Region {
  readonly start: number
  readonly end: number
}

/** Memory that is read and written within its regions alone. */
class MachineMemory {
  readonly #regions: readonly Region[]
  readonly #floats: Float32Array
  readonly #doubles: Float64Array
  readonly #words: Uint32Array
  /** The region of the last access. */
  #start = 0
  #end = 0

  readonly #accesses: Accesses

  constructor({ accesses, heap, regions }: { readonly heap: ArrayBuffer; readonly regions: readonly Region[]; readonly accesses: Accesses }) {
    this.#accesses = accesses
    this.#regions = regions
    this.#floats = new Float32Array(heap)
    this.#doubles = new Float64Array(heap)
    this.#words = new Uint32Array(heap)
  }

  f32(address: number): number {
    this.#check(address, 4)
    this.#accesses.read(address)
    return this.#floats[address >> 2] as number
  }

  f64(address: number): number {
    this.#check(address, 8)
    this.#accesses.read(address)
    return this.#doubles[address >> 3] as number
  }

  u32(address: number): number {
    this.#check(address, 4)
    this.#accesses.read(address)
    return this.#words[address >> 2] as number
  }

  setF32(address: number, value: number): void {
    this.#check(address, 4)
    this.#accesses.write(address)
    this.#floats[address >> 2] = value
  }

  setF64(address: number, value: number): void {
    this.#check(address, 8)
    this.#accesses.write(address)
    this.#doubles[address >> 3] = value
  }

  setU32(address: number, value: number): void {
    this.#check(address, 4)
    this.#accesses.write(address)
    this.#words[address >> 2] = value
  }

  /** Adds at once, whoever else does; gives what was there before. */
  add(address: number, value: number): number {
    this.#check(address, 4)
    const before = this.#words[address >> 2] as number
    this.#words[address >> 2] = before + value
    return before
  }

  #check(address: number, size: number): void {
    if ((address & (size - 1)) !== 0) throw new RangeError(`access of ${size} bytes at ${address}, which is not aligned`)
    if (address >= this.#start && address + size <= this.#end) return
    const found = this.#regions.find(({ end, start }) => address >= start && address + size <= end)
    if (found === undefined) throw new RangeError(`access of ${size} bytes at ${address}, outside of every buffer`)
    this.#start = found.start
    this.#end = found.end
  }
}

/** Threads of a workgroup, at most: a stamp is the number of a phase and, in its low bits, that of a thread. */
const STAMP_BITS = 10

/** Who has read and written each word since the last barrier. Floats of 8 bytes go by their first word. */
class Accesses {
  readonly #readers: Uint32Array
  readonly #writers: Uint32Array
  #phase = 0
  #stamp = 0

  constructor(bytes: number) {
    this.#readers = new Uint32Array(bytes >> 2)
    this.#writers = new Uint32Array(bytes >> 2)
  }

  /** Begins what the threads do up to the next barrier. */
  beginPhase(): void {
    this.#phase += 1
    if (this.#phase < 2 ** (32 - STAMP_BITS)) return
    for (const stamps of [this.#readers, this.#writers]) stamps.fill(0)
    this.#phase = 1
  }

  /** @param thread that goes on */
  enter(thread: number): void {
    this.#stamp = ((this.#phase << STAMP_BITS) | thread) >>> 0
  }

  read(address: number): void {
    const word = address >> 2
    const writer = this.#writers[word] as number
    if (writer !== this.#stamp && this.#isOfPhase(writer)) this.#complain(address, writer)
    // The first reader stays: of several, one is another than any who writes.
    if (!this.#isOfPhase(this.#readers[word] as number)) this.#readers[word] = this.#stamp
  }

  write(address: number): void {
    const word = address >> 2
    const writer = this.#writers[word] as number
    if (writer !== this.#stamp && this.#isOfPhase(writer)) this.#complain(address, writer)
    const reader = this.#readers[word] as number
    if (reader !== this.#stamp && this.#isOfPhase(reader)) this.#complain(address, reader)
    this.#writers[word] = this.#stamp
  }

  #isOfPhase(stamp: number): boolean {
    return (stamp ^ this.#stamp) >>> STAMP_BITS === 0
  }

  #complain(address: number, stamp: number): never {
    const threadOf = (of: number) => of & ((1 << STAMP_BITS) - 1)
    throw new Error(`the threads ${threadOf(stamp)} and ${threadOf(this.#stamp)} race for address ${address}`)
  }
}

const programs = new Map<string, Program>()

function translate(text: string): Program {
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
