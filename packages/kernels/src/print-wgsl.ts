import type { BinaryFloat, BinaryWord, Block, Comparison, Instruction, Kernel, Register, UnaryFloat } from './kernel.ts'

/**
 * The kernel in WGSL. Bindings of group 0: the buffers in their order, then the scalars as a uniform. WGSL lets a device flush subnormal
 * numbers, split an fma and be some units off in a quotient or a root: its numerics is the device's own. There is no binary64.
 * @source W3C, "WebGPU Shading Language", sections 15.7 (accuracy) and 15.2 (uniformity)
 * @throws RangeError for a kernel in binary64
 */
export function printWgsl(kernel: Kernel): string {
  if (kernel.precision !== 'f32') throw new RangeError(`WGSL has no ${kernel.precision}`)
  return [
    ...kernel.buffers.map(({ access, name, type }, i) => `@group(0) @binding(${i}) var<storage, ${access === 'read' ? 'read' : 'read_write'}> ${name}: array<${access === 'counter' ? 'atomic<u32>' : typeOf(type)}>;`),
    'struct Scalars {',
    ...kernel.scalars.map(({ name, type }) => `  ${name}: ${typeOf(type)},`),
    '}',
    `@group(0) @binding(${kernel.buffers.length}) var<uniform> scalars: Scalars;`,
    ...kernel.shared.map(({ length, name, type }) => `var<workgroup> ${name}: array<${typeOf(type)}, ${length}>;`),
    MULTIPLY_HIGH,
    `@compute @workgroup_size(${kernel.threads})`,
    `fn ${kernel.name}(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u) {`,
    ...linesOf(kernel, kernel.body).map((line) => `  ${line}`),
    '}',
    '',
  ].join('\n')
}

/** The upper half of a product, from 16-bit halves: no sum exceeds 2^32 - 1. */
const MULTIPLY_HIGH = `fn multiply_high(a: u32, b: u32) -> u32 {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let t = ah * bl + ((al * bl) >> 16u);
  let s = al * bh + (t & 0xffffu);
  return ah * bh + (t >> 16u) + (s >> 16u);
}`

const COMPARISONS: Readonly<Record<Comparison, string>> = { less: '<', atMost: '<=', greater: '>', equal: '==', unequal: '!=' }

const FLOATS: Readonly<Record<BinaryFloat, (a: string, b: string) => string>> = {
  add: (a, b) => `${a} + ${b}`,
  subtract: (a, b) => `${a} - ${b}`,
  multiply: (a, b) => `${a} * ${b}`,
  divide: (a, b) => `${a} / ${b}`,
  withSign: (a, b) => `bitcast<f32>((bitcast<u32>(${a}) & 0x7fffffffu) | (bitcast<u32>(${b}) & 0x80000000u))`,
}

const UNARY: Readonly<Record<UnaryFloat, (a: string) => string>> = {
  negate: (a) => `-${a}`,
  magnitude: (a) => `abs(${a})`,
  squareRoot: (a) => `sqrt(${a})`,
  positive: (a) => `select(0f, ${a}, ${a} > 0f)`,
  powerOfTwo: (a) => `bitcast<f32>((bitcast<u32>(${a}) << 23u) + 0x3f800000u)`,
}

const WORDS: Readonly<Record<BinaryWord, (a: string, b: string) => string>> = {
  add: (a, b) => `${a} + ${b}`,
  subtract: (a, b) => `${a} - ${b}`,
  multiply: (a, b) => `${a} * ${b}`,
  multiplyHigh: (a, b) => `multiply_high(${a}, ${b})`,
  divide: (a, b) => `${a} / ${b}`,
  and: (a, b) => `${a} & ${b}`,
  or: (a, b) => `${a} | ${b}`,
  xor: (a, b) => `${a} ^ ${b}`,
  shiftLeft: (a, b) => `${a} << ${b}`,
  shiftRight: (a, b) => `${a} >> ${b}`,
}

function linesOf(kernel: Kernel, block: Block): string[] {
  return block.flatMap((instruction) => linesOfOne(kernel, instruction))
}

function linesOfOne(kernel: Kernel, instruction: Instruction): string[] {
  switch (instruction.op) {
    case 'constant':
      return constantLines(instruction)
    case 'if':
      return [
        `if (${nameOf(instruction.flag)}) {`,
        ...indented(linesOf(kernel, instruction.body)),
        ...(instruction.else.length === 0 ? [] : ['} else {', ...indented(linesOf(kernel, instruction.else))]),
        '}',
      ]
    case 'while':
      return [
        'loop {',
        ...indented([...linesOf(kernel, instruction.test), `if (!${nameOf(instruction.flag)}) { break; }`, ...linesOf(kernel, instruction.body)]),
        '}',
      ]
    case 'variable':
      return [`var ${nameOf(instruction.to)} = ${nameOf(instruction.value)};`]
    case 'set':
      return [`${nameOf(instruction.to)} = ${nameOf(instruction.value)};`]
    case 'store':
      return [`${instruction.into}[${place(instruction)}] = ${nameOf(instruction.value)};`]
    case 'barrier':
      return ['workgroupBarrier();', 'storageBarrier();']
    case 'broadcast':
      return [
        `if (local.x == 0u) { ${instruction.through}[0] = ${nameOf(instruction.value)}; }`,
        `let ${nameOf(instruction.to)} = workgroupUniformLoad(&${instruction.through}[0]);`,
      ]
    default:
      return [`let ${nameOf(instruction.to)} = ${expressionOf(instruction)};`]
  }
}

type Valued = Exclude<Instruction, { op: 'constant' | 'if' | 'while' | 'variable' | 'set' | 'store' | 'barrier' | 'broadcast' }>

function expressionOf(instruction: Valued): string {
  switch (instruction.op) {
    case 'scalar':
      return `scalars.${instruction.name}`
    case 'thread':
      return 'local.x'
    case 'workgroup':
      return 'group.x'
    case 'unary':
      return UNARY[instruction.name](nameOf(instruction.a))
    case 'binary':
      return FLOATS[instruction.name](nameOf(instruction.a), nameOf(instruction.b))
    case 'fma':
      return `fma(${nameOf(instruction.a)}, ${nameOf(instruction.b)}, ${nameOf(instruction.c)})`
    case 'wordBinary':
      return WORDS[instruction.name](nameOf(instruction.a), nameOf(instruction.b))
    case 'compare':
      return `${nameOf(instruction.a)} ${COMPARISONS[instruction.name]} ${nameOf(instruction.b)}`
    case 'flags':
      return `${nameOf(instruction.a)} ${instruction.name === 'and' ? '&' : '|'} ${nameOf(instruction.b)}`
    case 'not':
      return `!${nameOf(instruction.a)}`
    case 'select':
      return `select(${nameOf(instruction.b)}, ${nameOf(instruction.a)}, ${nameOf(instruction.flag)})`
    case 'convert':
      return `f32(${nameOf(instruction.a)})`
    case 'load':
      return `${instruction.from}[${place(instruction)}]`
    case 'count':
      return `atomicAdd(&${instruction.into}[${instruction.index}], ${nameOf(instruction.value)})`
    default:
      throw new Error(`invalid instruction: ${String(instruction satisfies never)}`)
  }
}

/** WGSL knows no literal for what is not finite, and refuses constants that are not: such bits pass through a variable. */
function constantLines({ to, value }: Instruction & { op: 'constant' }): string[] {
  if (to.type !== 'float') return [`let ${nameOf(to)} = ${value}u;`]
  const rounded = Math.fround(value)
  if (Number.isFinite(rounded)) return [`let ${nameOf(to)} = ${Object.is(rounded, -0) ? '-0.0' : rounded}f;`]
  const bits = rounded > 0 ? '0x7f800000u' : rounded < 0 ? '0xff800000u' : '0x7fc00000u'
  return [`var bits_${to.id} = ${bits};`, `let ${nameOf(to)} = bitcast<f32>(bits_${to.id});`]
}

function place({ index, offset }: { readonly index: Register; readonly offset: number }): string {
  return offset === 0 ? nameOf(index) : `${nameOf(index)} + ${offset}u`
}

function typeOf(type: 'float' | 'word'): string {
  return type === 'float' ? 'f32' : 'u32'
}

function nameOf({ id, type }: Register): string {
  return `${type}_${id}`
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}
