// A peer: another program that trains the same networks, asked one thing at a time (the protocol: peers/conversation.py).
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const ANSWER_LIMIT_MS = 90_000
const ENVIRONMENT = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' }

/**
 * Starts a peer and waits for its greeting { version, formulations }.
 * `ask` rejects, and the process is killed, when no answer came in time.
 * @param options { limitMs, environment } of one answer; and variables beside those of one thread
 */
export async function startPeer(command, args, { limitMs = ANSWER_LIMIT_MS, environment = {} } = {}) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...ENVIRONMENT, ...environment } })
  let complaint = ''
  child.stderr.on('data', (text) => (complaint = (complaint + text).slice(-2000)))
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise((_, reject) => {
    child.on('error', reject)
    child.on('close', (code) => reject(new Error(`ended with ${code}: ${lastLine(complaint)}`)))
  })
  ended.catch(() => {})
  const answer = async () => {
    const { done, value } = await within(Promise.race([lines.next(), ended]), { child, limitMs })
    return done ? ended : parsed(value)
  }
  const greeting = await answer()
  const ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    return answer()
  }
  return { ...greeting, ask, stop: () => child.kill('SIGKILL') }
}

function parsed(line) {
  const answer = JSON.parse(line)
  if (answer.error !== undefined) throw new Error(answer.error)
  return answer
}

async function within(answer, { child, limitMs }) {
  let timer = null
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`no answer within ${limitMs / 1000} s`))
    }, limitMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

const lastLine = (text) => text.trim().split('\n').at(-1)
