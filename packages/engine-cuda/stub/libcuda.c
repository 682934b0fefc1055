// A driver without a processor, for tests: memory is a part of the caller's, and a launch is handed to the caller, who reads the PTX. It takes
// and gives what cuda.h declares, and fails where it is told to.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

enum { SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, NOT_READY = 600 };
enum { WORKGROUP_THREADS = 1, MULTIPROCESSORS = 16, PCI_BUS = 33, PCI_DEVICE = 34, PCI_DOMAIN = 50, THREADS = 39, MAJOR = 75, MINOR = 76, SHARED_BYTES = 97 };

typedef int (*Launch)(const char *text, const char *name, unsigned groups, unsigned threads, unsigned shared, const void *parameters, uint64_t bytes);

static uint8_t *heap;
static uint64_t heapBytes, heapUsed;
static Launch onLaunch;
static int devices = 1, major = 9, failing, failingLaunch;
static char text[1 << 22], kernelName[128];
static int pending;

// The first byte of the heap is address 256, as no array begins at 0.
EXPORT void stubUse(void *memory, uint64_t bytes, Launch launch) {
  heap = memory;
  heapBytes = bytes;
  heapUsed = 256;
  onLaunch = launch;
}
EXPORT void stubSet(int deviceCount, int computeMajor, int failNext, int failLaunch) {
  devices = deviceCount;
  major = computeMajor;
  failing = failNext;
  failingLaunch = failLaunch;
}

// As with CUDA, an error of a kernel stays: from then on every call gives it.
static int result(void) {
  int now = failing;
  if (now < NOT_READY) failing = SUCCESS;
  return now;
}
static int lost(void) { return failing > NOT_READY ? failing : SUCCESS; }

EXPORT int cuGetErrorName(int error, const char **name) {
  *name = error == OUT_OF_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY" : error == NO_DEVICE ? "CUDA_ERROR_NO_DEVICE" : "CUDA_ERROR_ILLEGAL_ADDRESS";
  return SUCCESS;
}
EXPORT int cuInit(unsigned flags) { return devices == 0 ? NO_DEVICE : flags == 0 ? SUCCESS : INVALID_VALUE; }
EXPORT int cuDriverGetVersion(int *version) { return *version = 12040, SUCCESS; }
EXPORT int cuDeviceGetCount(int *count) { return *count = devices, SUCCESS; }
EXPORT int cuDeviceGetName(char *name, int length, int device) { return snprintf(name, length, "Stub %d", device), SUCCESS; }
EXPORT int cuDeviceGetAttribute(int *value, int attribute, int device) {
  *value = attribute == WORKGROUP_THREADS ? 1024 : attribute == PCI_BUS ? 16 + device : attribute == PCI_DEVICE || attribute == PCI_DOMAIN ? 0 : attribute == MULTIPROCESSORS ? 1 : attribute == THREADS ? 64 : attribute == MAJOR ? major : attribute == MINOR ? 0 : attribute == SHARED_BYTES ? 49152 : -1;
  return *value < 0 ? INVALID_VALUE : SUCCESS;
}
EXPORT int cuDevicePrimaryCtxRetain(uint64_t *context, int device) { return *context = 1000 + device, SUCCESS; }
EXPORT int cuDevicePrimaryCtxRelease_v2(int device) { return device < devices ? SUCCESS : INVALID_VALUE; }
EXPORT int cuCtxSetCurrent(uint64_t context) { return context >= 1000 ? SUCCESS : INVALID_VALUE; }
EXPORT int cuMemGetInfo_v2(uint64_t *available, uint64_t *total) { return *available = heapBytes - heapUsed, *total = heapBytes, SUCCESS; }
EXPORT int cuMemAlloc_v2(uint64_t *address, uint64_t bytes) {
  if (heapUsed + bytes + 256 > heapBytes) return OUT_OF_MEMORY;
  *address = heapUsed;
  heapUsed += (bytes + 511) / 256 * 256;
  return result();
}
EXPORT int cuMemFree_v2(uint64_t address) { return address >= 256 && address < heapUsed ? lost() : INVALID_VALUE; }
EXPORT int cuMemcpyHtoD_v2(uint64_t to, const void *from, uint64_t bytes) { return memcpy(heap + to, from, bytes), result(); }
EXPORT int cuMemcpyDtoH_v2(void *to, uint64_t from, uint64_t bytes) { return memcpy(to, heap + from, bytes), result(); }
EXPORT int cuModuleLoadData(uint64_t *module, const char *source) {
  if (strlen(source) >= sizeof text) return OUT_OF_MEMORY;
  strcpy(text, source);
  return *module = 1, SUCCESS;
}
EXPORT int cuModuleGetFunction(uint64_t *kernel, uint64_t module, const char *name) {
  if (module != 1 || strstr(text, name) == NULL) return INVALID_VALUE;
  strncpy(kernelName, name, sizeof kernelName - 1);
  return *kernel = 2, SUCCESS;
}
EXPORT int cuFuncSetAttribute(uint64_t kernel, int attribute, int value) { return kernel == 2 && attribute == 8 && value > 0 ? SUCCESS : INVALID_VALUE; }
EXPORT int cuStreamSynchronize(uint64_t stream) { return stream == 0 ? lost() : INVALID_VALUE; }
EXPORT int cuStreamCreate(uint64_t *stream, unsigned flags) { return *stream = 3, flags == 1 ? SUCCESS : INVALID_VALUE; }
EXPORT int cuEventCreate(uint64_t *event, unsigned flags) { return *event = 4, flags == 2 ? lost() : INVALID_VALUE; }
EXPORT int cuEventRecord(uint64_t event, uint64_t stream) { return pending = 2, event == 4 && stream == 3 ? SUCCESS : INVALID_VALUE; }
EXPORT int cuEventQuery(uint64_t event) { return event != 4 ? INVALID_VALUE : pending-- > 0 ? NOT_READY : result(); }
EXPORT int cuEventDestroy_v2(uint64_t event) { return event == 4 ? lost() : INVALID_VALUE; }
EXPORT int cuLaunchKernel(uint64_t kernel, unsigned x, unsigned y, unsigned z, unsigned bx, unsigned by, unsigned bz, unsigned shared, uint64_t stream, void **parameters, void **extra) {
  if (kernel != 2 || stream != 3 || y * z * by * bz != 1 || parameters != NULL) return INVALID_VALUE;
  if (extra[0] != (void *)1 || extra[2] != (void *)2 || extra[4] != NULL) return INVALID_VALUE;
  if (failingLaunch != SUCCESS) return failing = failingLaunch, failingLaunch = SUCCESS;
  return onLaunch(text, kernelName, x, bx, shared, extra[1], *(const uint64_t *)extra[3]);
}
