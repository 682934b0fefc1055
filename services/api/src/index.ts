export { buildApi } from './app.ts'
export type { ApiOptions } from './app.ts'
export { serveApi } from './serve.ts'
export { sweepDocument } from './sweep-document.ts'
