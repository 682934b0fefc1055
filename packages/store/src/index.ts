export type * from './store.ts'
export { MAXIMUM_ATTEMPTS } from './store.ts'
