export { createClient } from './client.ts'
export type { Client, ClientOptions, PlanOptions, SubmitOptions } from './client.ts'
export * from './wire.ts'
