import type { Kernel } from './kernel.ts'

/** A processor that runs kernels: what an engine needs to know of a graphics driver. */
export interface Device {
  /** Device and driver, for the record: what decides bits and speed. */
  readonly name: string
  readonly limits: DeviceLimits
  /** Translates a kernel for this device. */
  load(kernel: Kernel): Promise<DeviceKernel>
  /** Memory with this content. @throws DeviceMemoryError where it does not fit */
  allocate(content: ArrayBufferView): Promise<DeviceArray>
  /** Memory with any content, which none has to be copied for. Without it zeros are. @throws DeviceMemoryError where it does not fit */
  reserve?(bytes: number): Promise<DeviceArray>
  close(): Promise<void>
}

export interface DeviceLimits {
  /** Of all arrays together, in bytes. */
  readonly memoryBytes: number
  /** Of one array, in bytes. */
  readonly arrayBytes: number
  /** That a workgroup shares, in bytes. */
  readonly sharedBytes: number
  /** Threads that run side by side; more only wait. */
  readonly threads: number
}

export interface DeviceArray {
  /** Copies the array into `content`, after all launches begun before the call; of those begun later it may have something or nothing. */
  read(content: ArrayBufferView): Promise<void>
  /** Gives the memory back; never throws, as what a lost device held is gone. */
  release(): void
}

export interface DeviceKernel {
  /**
   * Starts `groups` workgroups, behind the launches begun before. Resolves when this one has ended.
   * @param arrays those of the kernel's buffers, in their order
   * @param scalars those of the kernel's scalars, in their order
   * @throws DeviceLostError when the device has gone
   */
  launch(groups: number, arrays: readonly DeviceArray[], scalars: readonly number[]): Promise<void>
}

/** The device has no memory for what was asked. */
export class DeviceMemoryError extends Error {
  override readonly name = 'DeviceMemoryError'
}

/** The device or its driver has gone: nothing of what it held is left, and a new process is needed. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError'
}
