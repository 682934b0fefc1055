import type { BinaryWord, Block, Comparison, Instruction, Kernel, Precision, Quad, Register } from './kernel.ts'
import { sharedLayout } from './kernel.ts'

export interface PtxTarget {
  /** Of the language, such as 7.8. */
  readonly version: string
  /** Compute capability times ten. */
  readonly architecture: number
}

/** Runs on everything from Ampere on: a driver translates it for the device at hand. */
export const AMPERE: PtxTarget = { version: '7.8', architecture: 80 }

/**
 * The kernel in PTX. Every instruction names its rounding, which keeps the assembler from contracting a product and a sum, and none flushes
 * subnormal numbers: so the numerics is that of IEEE 754 in the order of the kernel. Parameters: the buffers' addresses, then the scalars. A launch
 * gives the shared memory, `sharedLayout(kernel).bytes`: what is declared in the text itself could not exceed 48 KiB.
 * @source NVIDIA, "Parallel Thread Execution ISA", version 7.8
 */
export function printPtx(kernel: Kernel, target: PtxTarget = AMPERE): string {
  return new PtxPrinter(kernel).print(target)
}

const BYTES = { f32: 4, f64: 8 } as const
const WORD_BYTES = 4
const SHARED = 'shared_memory'

const COMPARISONS: Readonly<Record<Comparison, string>> = { less: 'lt', atMost: 'le', greater: 'gt', equal: 'eq', unequal: 'ne' }
/** Of floats "unequal" holds when one is NaN, as in all other languages. */
const FLOAT_COMPARISONS: Readonly<Record<Comparison, string>> = { ...COMPARISONS, unequal: 'neu' }

const WORDS: Readonly<Record<BinaryWord, string>> = {
  add: 'add.u32',
  subtract: 'sub.u32',
  multiply: 'mul.lo.u32',
  multiplyHigh: 'mul.hi.u32',
  divide: 'div.u32',
  and: 'and.b32',
  or: 'or.b32',
  xor: 'xor.b32',
  shiftLeft: 'shl.b32',
  shiftRight: 'shr.u32',
}

class PtxPrinter {
  readonly #kernel: Kernel
  readonly #sharedAt: ReadonlyMap<string, number>
  readonly #lines: string[] = []
  #addresses = 0
  #sharedAddresses = 0
  #labels = 0
  #bits = 0
  #halves = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
    this.#sharedAt = sharedLayout(kernel).at
  }

  print({ version, architecture }: PtxTarget): string {
    const { body, buffers, name, residentGroups, scalars, shared, threads } = this.#kernel
    const parameters = [
      ...buffers.map((buffer) => `  .param .u64 ${buffer.name}`),
      ...scalars.map((scalar) => `  .param ${this.#typeOf(scalar.type)} ${scalar.name}`),
    ]
    buffers.forEach((buffer, i) => {
      this.#lines.push(`ld.param.u64 %b${i}, [${buffer.name}];`, `cvta.to.global.u64 %b${i}, %b${i};`)
    })
    this.#printBlock(body)
    return [
      `.version ${version}`,
      `.target sm_${architecture}`,
      '.address_size 64',
      '',
      ...(shared.length > 0 ? [`.extern .shared .align 16 .b8 ${SHARED}[];`, ''] : []),
      `.visible .entry ${name}(`,
      parameters.join(',\n'),
      ')',
      `.maxntid ${threads}, 1, 1`,
      ...(residentGroups === undefined ? [] : [`.minnctapersm ${residentGroups}`]),
      '{',
      ...this.#declarations(),
      ...this.#lines.map((line) => (line.endsWith(':') ? line : `  ${line}`)),
      '  ret;',
      '}',
      '',
    ].join('\n')
  }

  #declarations(): string[] {
    const registers = registersOf(this.#kernel.body)
    const most = registers.reduce((largest, { id }) => Math.max(largest, id), 0) + 1
    return [
      `  .reg .b64 %b<${Math.max(1, this.#kernel.buffers.length)}>;`,
      `  .reg ${this.#typeOf('float')} %f<${most}>;`,
      `  .reg .u32 %w<${most}>;`,
      `  .reg .pred %p<${most}>;`,
      `  .reg .b64 %a<${Math.max(1, this.#addresses)}>;`,
      `  .reg .u32 %s<${Math.max(1, this.#sharedAddresses)}>;`,
      `  .reg .b16 %h<${Math.max(1, this.#halves)}>;`,
      `  .reg .b${8 * BYTES[this.#kernel.precision]} %i<${Math.max(1, this.#bits)}>;`,
    ]
  }

  #printBlock(block: Block): void {
    for (const instruction of block) this.#lines.push(...this.#print(instruction))
  }

  #print(instruction: Instruction): readonly string[] {
    const { precision } = this.#kernel
    switch (instruction.op) {
      case 'constant':
        return [`mov${this.#typeOf(instruction.to.type)} ${nameOf(instruction.to)}, ${this.#literal(instruction.to, instruction.value)};`]
      case 'scalar':
        return [`ld.param${this.#typeOf(instruction.to.type)} ${nameOf(instruction.to)}, [${instruction.name}];`]
      case 'thread':
        return [`mov.u32 ${nameOf(instruction.to)}, %tid.x;`]
      case 'workgroup':
        return [`mov.u32 ${nameOf(instruction.to)}, %ctaid.x;`]
      case 'unary':
        return this.#unary(instruction)
      case 'binary':
        return [binaryFloat(instruction, precision)]
      case 'stored':
        return this.#stored(instruction)
      case 'fma':
        return [`fma.rn.${precision} ${names(instruction.to, instruction.a, instruction.b, instruction.c)};`]
      case 'wordBinary':
        return [`${WORDS[instruction.name]} ${names(instruction.to, instruction.a, instruction.b)};`]
      case 'compare': {
        const isFloat = instruction.a.type === 'float'
        const comparison = (isFloat ? FLOAT_COMPARISONS : COMPARISONS)[instruction.name]
        return [`setp.${comparison}${this.#typeOf(instruction.a.type)} ${names(instruction.to, instruction.a, instruction.b)};`]
      }
      case 'flags':
        return [`${instruction.name}.pred ${names(instruction.to, instruction.a, instruction.b)};`]
      case 'not':
        return [`not.pred ${names(instruction.to, instruction.a)};`]
      case 'select':
        return [`selp${this.#selectType(instruction.to)} ${names(instruction.to, instruction.a, instruction.b)}, ${nameOf(instruction.flag)};`]
      case 'convert':
        return [`cvt.rn.${precision}.u32 ${names(instruction.to, instruction.a)};`]
      case 'load':
        return this.#access(instruction.from, instruction, (space, place) => `ld${space} ${nameOf(instruction.to)}, ${place};`)
      case 'store':
        return this.#access(instruction.into, instruction, (space, place) => `st${space} ${place}, ${nameOf(instruction.value)};`)
      case 'loadQuad':
        return this.#quad(instruction.from, instruction, (registers, type, place) => `ld.shared.${type} {${registers}}, ${place};`, instruction.to)
      case 'storeQuad':
        return this.#quad(instruction.into, instruction, (registers, type, place) => `st.shared.${type} ${place}, {${registers}};`, instruction.values)
      case 'count':
        return [`atom.global.add.u32 ${nameOf(instruction.to)}, [${this.#bufferAddress(instruction.into)}+${WORD_BYTES * instruction.index}], ${nameOf(instruction.value)};`]
      case 'variable':
      case 'set':
        return [`mov${instruction.to.type === 'flag' ? '.pred' : this.#typeOf(instruction.to.type)} ${names(instruction.to, instruction.value)};`]
      case 'broadcast':
        return this.#broadcast(instruction)
      case 'barrier':
        return ['bar.sync 0;']
      case 'if':
        return this.#if(instruction)
      case 'while':
        return this.#while(instruction)
      default:
        throw new Error(`invalid instruction: ${String(instruction satisfies never)}`)
    }
  }

  #broadcast({ through, to, value }: Instruction & { op: 'broadcast' }): readonly string[] {
    const address = this.#sharedRegister()
    const behind = this.#label()
    const place = placeAt(address, this.#sharedAt.get(through) ?? 0)
    return [
      `mov.u32 ${address}, ${SHARED};`,
      `mov.u32 ${nameOf(to)}, %tid.x;`,
      `setp.ne.u32 %p0, ${nameOf(to)}, 0;`,
      `@%p0 bra ${behind};`,
      `st.shared.u32 ${place}, ${nameOf(value)};`,
      `${behind}:`,
      'bar.sync 0;',
      `ld.shared.u32 ${nameOf(to)}, ${place};`,
      'bar.sync 0;',
    ]
  }

  #if({ flag, body, else: otherwise }: Instruction & { op: 'if' }): readonly string[] {
    const [behind, other] = [this.#label(), this.#label()]
    this.#lines.push(`@!${nameOf(flag)} bra ${otherwise.length > 0 ? other : behind};`)
    this.#printBlock(body)
    if (otherwise.length > 0) {
      this.#lines.push(`bra ${behind};`, `${other}:`)
      this.#printBlock(otherwise)
    }
    return [`${behind}:`]
  }

  #while({ body, flag, test }: Instruction & { op: 'while' }): readonly string[] {
    const [begin, behind] = [this.#label(), this.#label()]
    this.#lines.push(`${begin}:`)
    this.#printBlock(test)
    this.#lines.push(`@!${nameOf(flag)} bra ${behind};`)
    this.#printBlock(body)
    return [`bra ${begin};`, `${behind}:`]
  }

  #unary({ a, name, to }: Instruction & { op: 'unary' }): readonly string[] {
    const { precision } = this.#kernel
    switch (name) {
      case 'negate':
        return [`neg.${precision} ${names(to, a)};`]
      case 'magnitude':
        return [`abs.${precision} ${names(to, a)};`]
      case 'squareRoot':
        return [`sqrt.rn.${precision} ${names(to, a)};`]
      case 'positive':
        // Of a NaN and a number max gives the number, and of -0 and +0 it gives +0.
        return [`max.${precision} ${names(to, a)}, ${floatLiteral(0, precision)};`]
      case 'powerOfTwo':
        return this.#powerOfTwo(nameOf(to), nameOf(a))
      default:
        throw new Error(`invalid operation: ${String(name satisfies never)}`)
    }
  }

  /** To the format and back, which is exact. From bfloat16 only Hopper converts; its bits are the upper half of binary32. */
  #stored({ a, format, to }: Instruction & { op: 'stored' }): readonly string[] {
    if (this.#kernel.precision !== 'f32') throw new RangeError(`${this.#kernel.precision} is not stored as ${format}`)
    const half = `%h${this.#halves}`
    this.#halves += 1
    if (format === 'f16') return [`cvt.rn.f16.f32 ${half}, ${nameOf(a)};`, `cvt.f32.f16 ${nameOf(to)}, ${half};`]
    const [low, word] = [this.#bitRegister(), this.#bitRegister()]
    return [`cvt.rn.bf16.f32 ${half}, ${nameOf(a)};`, `cvt.u32.u16 ${low}, ${half};`, `shl.b32 ${word}, ${low}, 16;`, `mov.b32 ${nameOf(to)}, ${word};`]
  }

  /** The low bits of `a` are the exponent, to which the bias is added. */
  #powerOfTwo(to: string, a: string): readonly string[] {
    const isSingle = this.#kernel.precision === 'f32'
    const [size, mantissa, bias] = isSingle ? ['32', 23, '0x3F800000'] : ['64', 52, '0x3FF0000000000000']
    const [raw, shifted, sum] = [this.#bitRegister(), this.#bitRegister(), this.#bitRegister()]
    return [
      `mov.b${size} ${raw}, ${a};`,
      `shl.b${size} ${shifted}, ${raw}, ${mantissa};`,
      `add.u${size} ${sum}, ${shifted}, ${bias};`,
      `mov.b${size} ${to}, ${sum};`,
    ]
  }

  /** Sixteen bytes an instruction: all four numbers of binary32, two of binary64. */
  #quad(
    array: string,
    { index, offset }: { readonly index: Register; readonly offset: number },
    write: (registers: string, type: string, place: string) => string,
    quad: Quad,
  ): readonly string[] {
    const { precision } = this.#kernel
    const vectors = precision === 'f32' ? [quad] : [quad.slice(0, 2), quad.slice(2)]
    const [address, ...lines] = this.#sharedAddress(index, BYTES[precision])
    const first = offset * BYTES[precision] + (this.#sharedAt.get(array) ?? 0)
    const accesses = vectors.map((vector, i) => write(vector.map(nameOf).join(','), `v${vector.length}.${precision}`, placeAt(address, first + 16 * i)))
    return [...lines, ...accesses]
  }

  #access(array: string, { index, offset }: { readonly index: Register; readonly offset: number }, write: (space: string, place: string) => string): readonly string[] {
    const shared = this.#kernel.shared.find(({ name }) => name === array)
    const type = shared?.type ?? this.#kernel.buffers.find(({ name }) => name === array)?.type
    if (type === undefined) throw new Error(`the kernel has no array ${array}`)
    const bytes = this.#bytesOf(type)
    const first = offset * bytes + (this.#sharedAt.get(array) ?? 0)
    const operation = `${shared === undefined ? '.global' : '.shared'}${this.#typeOf(type)}`
    if (shared !== undefined) {
      const [address, ...lines] = this.#sharedAddress(index, bytes)
      return [...lines, write(operation, placeAt(address, first))]
    }
    const address = this.#addressRegister()
    return [`mad.wide.u32 ${address}, ${nameOf(index)}, ${bytes}, ${this.#bufferAddress(array)};`, write(operation, placeAt(address, first))]
  }

  /** A register that gets the address of an element of the shared memory, in 32 bits, and how. */
  #sharedAddress(index: Register, bytes: number): [string, string, string] {
    const [start, address] = [this.#sharedRegister(), this.#sharedRegister()]
    return [address, `mov.u32 ${start}, ${SHARED};`, `mad.lo.u32 ${address}, ${nameOf(index)}, ${bytes}, ${start};`]
  }

  #bufferAddress(name: string): string {
    const number = this.#kernel.buffers.findIndex((buffer) => buffer.name === name)
    if (number < 0) throw new Error(`the kernel has no buffer ${name}`)
    return `%b${number}`
  }

  #literal({ type }: Register, value: number): string {
    return type === 'float' ? floatLiteral(value, this.#kernel.precision) : `0x${value.toString(16)}`
  }

  #typeOf(type: 'float' | 'word' | 'flag'): string {
    return type === 'float' ? `.${this.#kernel.precision}` : type === 'word' ? '.u32' : '.pred'
  }

  #selectType(to: Register): string {
    return to.type === 'float' ? `.${this.#kernel.precision}` : '.b32'
  }

  #bytesOf(type: 'float' | 'word'): number {
    return type === 'word' ? WORD_BYTES : BYTES[this.#kernel.precision]
  }

  #sharedRegister(): string {
    this.#sharedAddresses += 1
    return `%s${this.#sharedAddresses - 1}`
  }

  #addressRegister(): string {
    this.#addresses += 1
    return `%a${this.#addresses - 1}`
  }

  #bitRegister(): string {
    this.#bits += 1
    return `%i${this.#bits - 1}`
  }

  #label(): string {
    this.#labels += 1
    return `L${this.#labels}`
  }
}

function binaryFloat({ a, b, name, to }: Instruction & { op: 'binary' }, precision: Precision): string {
  switch (name) {
    case 'add':
      return `add.rn.${precision} ${names(to, a, b)};`
    case 'subtract':
      return `sub.rn.${precision} ${names(to, a, b)};`
    case 'multiply':
      return `mul.rn.${precision} ${names(to, a, b)};`
    case 'divide':
      return `div.rn.${precision} ${names(to, a, b)};`
    case 'withSign':
      // copysign takes the sign first.
      return `copysign.${precision} ${names(to, b, a)};`
    default:
      throw new Error(`invalid operation: ${String(name satisfies never)}`)
  }
}

/** The bits of the number: PTX reads no decimal that it could round otherwise. */
function floatLiteral(value: number, precision: Precision): string {
  const view = new DataView(new ArrayBuffer(8))
  if (precision === 'f32') {
    view.setFloat32(0, value)
    return `0f${view.getUint32(0).toString(16).toUpperCase().padStart(8, '0')}`
  }
  view.setFloat64(0, value)
  return `0d${view.getBigUint64(0).toString(16).toUpperCase().padStart(16, '0')}`
}

function placeAt(address: string, offset: number): string {
  return offset === 0 ? `[${address}]` : `[${address}+${offset}]`
}

function names(...registers: readonly Register[]): string {
  return registers.map(nameOf).join(', ')
}

function nameOf({ id, type }: Register): string {
  return `%${type === 'float' ? 'f' : type === 'word' ? 'w' : 'p'}${id}`
}

/** The registers that the block sets, in all blocks within it. */
function registersOf(block: Block): Register[] {
  return block.flatMap((instruction): Register[] => {
    if (instruction.op === 'if') return [...registersOf(instruction.body), ...registersOf(instruction.else)]
    if (instruction.op === 'while') return [...registersOf(instruction.test), ...registersOf(instruction.body)]
    return 'to' in instruction ? [instruction.to].flat() : []
  })
}
