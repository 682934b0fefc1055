export { openWebgpuDevice } from './webgpu-device.ts'
