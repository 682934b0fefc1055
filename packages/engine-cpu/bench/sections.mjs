// Benchmarks with a script of their own, taken in where the script is there: each prints JSON with --json and is short with --quick.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { table } from './report.mjs'

const LIMIT_MS = 300_000
const SCRIPTS = [
  { title: 'Whole sweeps', file: 'whole-sweep.mjs' },
  { title: 'Born-dead maps', file: 'born-dead.mjs' },
]

/** [{ title, json, text }] of the scripts that exist; one that fails says why in its text. */
export async function runSections({ quick }) {
  const sections = []
  for (const { title, file } of SCRIPTS) {
    const path = fileURLToPath(new URL(file, import.meta.url))
    if (!existsSync(path)) continue
    sections.push({ title, ...(await runScript(path, quick ? ['--json', '--quick'] : ['--json'])) })
  }
  return sections
}

async function runScript(path, flags) {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [path, ...flags], { timeout: LIMIT_MS, maxBuffer: 2 ** 24 })
    const json = JSON.parse(stdout)
    return { json, text: textOf(json) }
  } catch (error) {
    return { json: null, text: `failed: ${error.message.split('\n')[0]}` }
  }
}

/** A list of alike objects becomes a table; of an object, its lists do, and the rest stands above them. */
function textOf(json) {
  if (Array.isArray(json)) return rowsTable(json)
  const entries = Object.entries(json)
  const isRows = ([, value]) => Array.isArray(value) && value.length > 0 && value.every((row) => typeof row === 'object')
  const single = entries.filter((entry) => !isRows(entry)).map(([key, value]) => `${key}: ${cell(value)}`)
  return [single.join('; '), ...entries.filter(isRows).map(([, rows]) => rowsTable(rows))].join('\n\n')
}

function rowsTable(rows) {
  const columns = [...new Set(rows.flatMap(Object.keys))]
  return table(columns, rows.map((row) => columns.map((column) => cell(row[column]))))
}

function cell(value) {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toPrecision(4)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
