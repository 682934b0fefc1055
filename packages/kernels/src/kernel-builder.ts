import type {
  BinaryFloat,
  BinaryWord,
  BufferUse,
  Comparison,
  Flag,
  Float,
  Instruction,
  Kernel,
  Precision,
  Quad,
  Register,
  SharedArray,
  StoredFormat,
  Type,
  UnaryFloat,
  Word,
} from './kernel.ts'

/** An array that a kernel reads and writes: a buffer or a shared array. */
export interface ArrayOf<T extends 'float' | 'word'> {
  readonly name: string
  readonly type: T
}

/** A register that can be set again. */
export interface Variable<T extends Type = Type> {
  readonly value: Register<T>
}

/**
 * Writes a kernel, instruction by instruction, in the order in which its methods are called. Equal constants share a register; nothing else is
 * folded or reordered.
 */
export class KernelBuilder {
  readonly #buffers: BufferUse[] = []
  readonly #scalars: { name: string; type: 'float' | 'word' }[] = []
  readonly #shared: SharedArray[] = []
  /** Constants, scalars and indices stand before everything else, so that all blocks can use them. */
  readonly #head: Instruction[] = []
  readonly #constants = new Map<string, Register>()
  #block: Instruction[] = []
  #registers = 0

  readonly precision: Precision
  /** What stored numbers are rounded to; null where that is the precision. */
  readonly storedFormat: StoredFormat | null

  constructor(precision: Precision, storedFormat: StoredFormat | null = null) {
    this.precision = precision
    this.storedFormat = storedFormat
  }

  buffer<T extends 'float' | 'word'>(name: string, type: T, access: BufferUse['access'] = 'read'): ArrayOf<T> {
    this.#buffers.push({ name, type, access })
    return { name, type }
  }

  sharedArray<T extends 'float' | 'word'>(name: string, type: T, length: number): ArrayOf<T> {
    this.#shared.push({ name, type, length })
    return { name, type }
  }

  scalar<T extends 'float' | 'word'>(name: string, type: T): Register<T> {
    this.#scalars.push({ name, type })
    const to = this.#register(type)
    this.#head.push({ op: 'scalar', to, name })
    return to
  }

  /** Number of this thread in its workgroup. */
  thread(): Word {
    const to = this.#register('word')
    this.#head.push({ op: 'thread', to })
    return to
  }

  workgroup(): Word {
    const to = this.#register('word')
    this.#head.push({ op: 'workgroup', to })
    return to
  }

  float(value: number): Float {
    return this.#constant('float', value)
  }

  word(value: number): Word {
    return this.#constant('word', value)
  }

  add(a: Float, b: Float): Float {
    return this.#binary('add', a, b)
  }

  subtract(a: Float, b: Float): Float {
    return this.#binary('subtract', a, b)
  }

  multiply(a: Float, b: Float): Float {
    return this.#binary('multiply', a, b)
  }

  divide(a: Float, b: Float): Float {
    return this.#binary('divide', a, b)
  }

  /** The size of `a` with the sign of `b`. */
  withSign(a: Float, b: Float): Float {
    return this.#binary('withSign', a, b)
  }

  /** a b + c, rounded once. */
  fma(a: Float, b: Float, c: Float): Float {
    const to = this.#register('float')
    this.#block.push({ op: 'fma', to, a, b, c })
    return to
  }

  negate(a: Float): Float {
    return this.#unary('negate', a)
  }

  magnitude(a: Float): Float {
    return this.#unary('magnitude', a)
  }

  squareRoot(a: Float): Float {
    return this.#unary('squareRoot', a)
  }

  /** st(a) of NUMERICS.md: `a` as its numerics stores it. */
  stored(a: Float): Float {
    if (this.storedFormat === null) return a
    const to = this.#register('float')
    this.#block.push({ op: 'stored', format: this.storedFormat, to, a })
    return to
  }

  /** a > 0 ? a : +0, which of a NaN is +0. */
  positive(a: Float): Float {
    return this.#unary('positive', a)
  }

  /** 2^n, where `a` = 1.5 2^m + n and m is the number of bits behind the point: what rounding to an integer leaves (`reduceExponential`). */
  powerOfTwo(a: Float): Float {
    return this.#unary('powerOfTwo', a)
  }

  addWords(a: Word, b: Word): Word {
    return this.words('add', a, b)
  }

  multiplyWords(a: Word, b: Word): Word {
    return this.words('multiply', a, b)
  }

  words(name: BinaryWord, a: Word, b: Word): Word {
    const to = this.#register('word')
    this.#block.push({ op: 'wordBinary', name, to, a, b })
    return to
  }

  compare<T extends 'float' | 'word'>(name: Comparison, a: Register<T>, b: Register<T>): Flag {
    const to = this.#register('flag')
    this.#block.push({ op: 'compare', name, to, a, b })
    return to
  }

  and(a: Flag, b: Flag): Flag {
    return this.#flags('and', a, b)
  }

  or(a: Flag, b: Flag): Flag {
    return this.#flags('or', a, b)
  }

  not(a: Flag): Flag {
    const to = this.#register('flag')
    this.#block.push({ op: 'not', to, a })
    return to
  }

  /** `flag ? a : b`. */
  select<T extends 'float' | 'word'>(flag: Flag, a: Register<T>, b: Register<T>): Register<T> {
    const to = this.#register(a.type)
    this.#block.push({ op: 'select', to, flag, a, b })
    return to
  }

  convert(a: Word): Float {
    const to = this.#register('float')
    this.#block.push({ op: 'convert', to, a })
    return to
  }

  load<T extends 'float' | 'word'>(from: ArrayOf<T>, index: Word, offset = 0): Register<T> {
    const to = this.#register(from.type)
    this.#block.push({ op: 'load', to, from: from.name, index, offset })
    return to
  }

  store<T extends 'float' | 'word'>(into: ArrayOf<T>, index: Word, value: Register<T>, offset = 0): void {
    this.#block.push({ op: 'store', into: into.name, index, offset, value })
  }

  /** Four numbers of a shared array at once; `index` + `offset` is a multiple of four. */
  loadQuad(from: ArrayOf<'float'>, index: Word, offset = 0): Quad {
    const to: Quad = [this.#register('float'), this.#register('float'), this.#register('float'), this.#register('float')]
    this.#block.push({ op: 'loadQuad', to, from: from.name, index, offset })
    return to
  }

  storeQuad(into: ArrayOf<'float'>, index: Word, values: Quad, offset = 0): void {
    this.#block.push({ op: 'storeQuad', into: into.name, index, offset, values })
  }

  /** Adds to a counter, at once for all who see it; gives what it was before. */
  count(into: ArrayOf<'word'>, index: number, value: Word): Word {
    const to = this.#register('word')
    this.#block.push({ op: 'count', to, into: into.name, index, value })
    return to
  }

  variable<T extends Type>(value: Register<T>): Variable<T> {
    const to = this.#register(value.type)
    this.#block.push({ op: 'variable', to, value })
    return { value: to }
  }

  set<T extends Type>(variable: Variable<T>, value: Register<T>): void {
    this.#block.push({ op: 'set', to: variable.value, value })
  }

  /** The value of thread 0, for all threads of the workgroup: what decides a branch or a loop that barriers stand in. */
  broadcast(value: Word): Word {
    const name = 'broadcast'
    if (!this.#shared.some((array) => array.name === name)) this.sharedArray(name, 'word', 1)
    const to = this.#register('word')
    this.#block.push({ op: 'broadcast', to, value, through: name })
    return to
  }

  barrier(): void {
    this.#block.push({ op: 'barrier' })
  }

  if(flag: Flag, then: () => void, otherwise: () => void = () => {}): void {
    this.#block.push({ op: 'if', flag, body: this.#within(then), else: this.#within(otherwise) })
  }

  while(test: () => Flag, body: () => void): void {
    let flag: Flag | undefined
    const tested = this.#within(() => {
      flag = test()
    })
    if (flag === undefined) throw new Error('a loop without a test')
    this.#block.push({ op: 'while', test: tested, flag, body: this.#within(body) })
  }

  /** `for (i = from; i < to; i += step)` */
  for({ from = this.word(0), to, step = 1 }: { from?: Word; to: Word; step?: number }, body: (i: Word) => void): void {
    const i = this.variable(from)
    this.while(
      () => this.compare('less', i.value, to),
      () => {
        body(i.value)
        this.set(i, this.addWords(i.value, this.word(step)))
      },
    )
  }

  finish({ name, residentGroups, threads }: Pick<Kernel, 'name' | 'residentGroups' | 'threads'>): Kernel {
    return {
      name,
      precision: this.precision,
      threads,
      residentGroups,
      buffers: this.#buffers,
      scalars: this.#scalars,
      shared: this.#shared,
      body: [...this.#head, ...this.#block],
    }
  }

  #within(write: () => void): Instruction[] {
    const outer = this.#block
    this.#block = []
    write()
    const inner = this.#block
    this.#block = outer
    return inner
  }

  #constant<T extends 'float' | 'word'>(type: T, value: number): Register<T> {
    const key = `${type} ${Object.is(value, -0) ? '-0' : value}`
    const known = this.#constants.get(key)
    if (known !== undefined) return known as Register<T>
    const to = this.#register(type)
    this.#constants.set(key, to)
    this.#head.push({ op: 'constant', to, value })
    return to
  }

  #unary(name: UnaryFloat, a: Float): Float {
    const to = this.#register('float')
    this.#block.push({ op: 'unary', name, to, a })
    return to
  }

  #binary(name: BinaryFloat, a: Float, b: Float): Float {
    const to = this.#register('float')
    this.#block.push({ op: 'binary', name, to, a, b })
    return to
  }

  #flags(name: 'and' | 'or', a: Flag, b: Flag): Flag {
    const to = this.#register('flag')
    this.#block.push({ op: 'flags', name, to, a, b })
    return to
  }

  #register<T extends Type>(type: T): Register<T> {
    this.#registers += 1
    return { type, id: this.#registers }
  }
}
