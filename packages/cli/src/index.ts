export { main, runCommandLine } from './main.ts'
export type { Surroundings } from './main.ts'
