const POLL_MS = 1
const PACED = Symbol.for('collapsar.paced')

/**
 * Lets Dawn ask every millisecond whether its work has ended. By itself it asks in every turn of the event loop, through the global
 * setImmediate, and keeps a core busy for as long as the graphics processor works (crbug.com/dawn/1127). Other callers of setImmediate
 * notice nothing: Dawn's callbacks are functions without a name that are not written in JavaScript.
 */
export function paceDawn(): void {
  const holder = globalThis as { [PACED]?: boolean }
  if (holder[PACED]) return
  holder[PACED] = true
  globalThis.setImmediate = new Proxy(globalThis.setImmediate, {
    apply: (original, self, args: Parameters<typeof setImmediate>) => (isNative(args[0]) ? setTimeout(args[0], POLL_MS) : Reflect.apply(original, self, args)),
  })
}

function isNative(callback: unknown): callback is () => void {
  return typeof callback === 'function' && callback.name === '' && Function.prototype.toString.call(callback).endsWith('{ [native code] }')
}
