/*
 * What of TypeBox is used. It comes as some 700 files, which every process would read before it does anything: half a second of processor
 * time, most of what a command of the command line takes. `bundle.mjs` makes one file of them.
 */
export { default as Type } from 'typebox'
export type { Static, TOptional, TSchema, TString } from 'typebox'
export { Compile } from 'typebox/compile'
export type { Validator } from 'typebox/compile'
export { Settings } from 'typebox/system'
export { Value } from 'typebox/value'
