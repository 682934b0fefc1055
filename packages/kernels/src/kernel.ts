/**
 * What a kernel is, before it is printed: straight-line instructions on registers inside structured control flow, the common part of
 * WGSL and PTX. Every instruction rounds once, to nearest even, and none may be contracted with another: a printer whose language
 * cannot promise that says so in its numerics.
 */
export interface Kernel {
  /** A name of both languages: letters, digits and underscores. */
  readonly name: string
  readonly precision: Precision
  /** Threads of a workgroup. */
  readonly threads: number
  /** Workgroups that one processor of the device is to have room for, by the registers of their threads; absent: as a translator likes. */
  readonly residentGroups?: number | undefined
  readonly buffers: readonly BufferUse[]
  /** Numbers that are the same for all threads of one launch. */
  readonly scalars: readonly Scalar[]
  /** Arrays that the threads of a workgroup share. */
  readonly shared: readonly SharedArray[]
  readonly body: Block
}

/** What `float` means in a kernel. */
export type Precision = 'f32' | 'f64'

/** A format that stored numbers are rounded to: binary16, and the upper half of binary32. */
export type StoredFormat = 'f16' | 'bf16'

/** `word` is a 32-bit unsigned integer, modulo 2^32. */
export type Type = 'float' | 'word' | 'flag'

/** The result of one instruction. */
export interface Register<T extends Type = Type> {
  readonly type: T
  readonly id: number
}

export type Float = Register<'float'>
export type Word = Register<'word'>
export type Flag = Register<'flag'>
export type Quad = readonly [Float, Float, Float, Float]

/** An array in the memory of the device, of words or of floats of the kernel's precision. */
export interface BufferUse {
  readonly name: string
  readonly type: 'float' | 'word'
  /** `counter`: words that all threads may add to at the same time, and nothing else. */
  readonly access: 'read' | 'write' | 'counter'
}

export interface Scalar {
  readonly name: string
  readonly type: 'float' | 'word'
}

export interface SharedArray {
  readonly name: string
  readonly type: 'float' | 'word'
  readonly length: number
}

export type Block = readonly Instruction[]

export type UnaryFloat = 'negate' | 'magnitude' | 'squareRoot' | 'positive' | 'powerOfTwo'
export type BinaryFloat = 'add' | 'subtract' | 'multiply' | 'divide' | 'withSign'
export type BinaryWord = 'add' | 'subtract' | 'multiply' | 'multiplyHigh' | 'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRight' | 'divide'
export type Comparison = 'less' | 'atMost' | 'greater' | 'equal' | 'unequal'

export type Instruction =
  | { readonly op: 'constant'; readonly to: Register; readonly value: number }
  | { readonly op: 'scalar'; readonly to: Register; readonly name: string }
  | { readonly op: 'thread' | 'workgroup'; readonly to: Word }
  | { readonly op: 'unary'; readonly name: UnaryFloat; readonly to: Float; readonly a: Float }
  | { readonly op: 'binary'; readonly name: BinaryFloat; readonly to: Float; readonly a: Float; readonly b: Float }
  /** The nearest number of the format, ties to even; subnormal numbers are kept, what is too large becomes infinite. Of binary32 alone. */
  | { readonly op: 'stored'; readonly format: StoredFormat; readonly to: Float; readonly a: Float }
  | { readonly op: 'fma'; readonly to: Float; readonly a: Float; readonly b: Float; readonly c: Float }
  | { readonly op: 'wordBinary'; readonly name: BinaryWord; readonly to: Word; readonly a: Word; readonly b: Word }
  | { readonly op: 'compare'; readonly name: Comparison; readonly to: Flag; readonly a: Register; readonly b: Register }
  | { readonly op: 'flags'; readonly name: 'and' | 'or'; readonly to: Flag; readonly a: Flag; readonly b: Flag }
  | { readonly op: 'not'; readonly to: Flag; readonly a: Flag }
  | { readonly op: 'select'; readonly to: Register; readonly flag: Flag; readonly a: Register; readonly b: Register }
  /** The float with the value of a word. */
  | { readonly op: 'convert'; readonly to: Float; readonly a: Word }
  /** `[index + offset]`; the offset is a number of elements. */
  | { readonly op: 'load'; readonly to: Register; readonly from: string; readonly index: Word; readonly offset: number }
  | { readonly op: 'store'; readonly into: string; readonly index: Word; readonly offset: number; readonly value: Register }
  /** Four numbers of a shared array of floats that follow each other; `index` + `offset` is a multiple of four. */
  | { readonly op: 'loadQuad'; readonly to: Quad; readonly from: string; readonly index: Word; readonly offset: number }
  | { readonly op: 'storeQuad'; readonly into: string; readonly index: Word; readonly offset: number; readonly values: Quad }
  /** Adds to a counter; `to` is what it was before. */
  | { readonly op: 'count'; readonly to: Word; readonly into: string; readonly index: number; readonly value: Word }
  /** Declares a register that `set` may change, or changes one. */
  | { readonly op: 'variable' | 'set'; readonly to: Register; readonly value: Register }
  /** The value of thread 0, for all threads of the workgroup, which all come here; through a shared word. */
  | { readonly op: 'broadcast'; readonly to: Word; readonly value: Word; readonly through: string }
  /** Waits for all threads of the workgroup; what they wrote before is seen after. Outside of control flow that differs between threads. */
  | { readonly op: 'barrier' }
  | { readonly op: 'if'; readonly flag: Flag; readonly body: Block; readonly else: Block }
  /** Runs `test`, leaves where its flag does not hold, runs `body`, and begins again. */
  | { readonly op: 'while'; readonly test: Block; readonly flag: Flag; readonly body: Block }

/** Where each shared array begins, in bytes, and the bytes of all of them. */
export function sharedLayout({ precision, shared }: Pick<Kernel, 'precision' | 'shared'>): { readonly at: ReadonlyMap<string, number>; readonly bytes: number } {
  const at = new Map<string, number>()
  let bytes = 0
  for (const { length, name, type } of shared) {
    at.set(name, bytes)
    bytes += Math.ceil((length * (type === 'float' && precision === 'f64' ? 8 : 4)) / SHARED_ALIGNMENT) * SHARED_ALIGNMENT
  }
  return { at, bytes }
}

const SHARED_ALIGNMENT = 16
