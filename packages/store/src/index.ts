export type * from './store.ts'
export { MAXIMUM_ATTEMPTS } from './store.ts'
export { openStore } from './open-store.ts'
export type { StoreOptions } from './open-store.ts'
