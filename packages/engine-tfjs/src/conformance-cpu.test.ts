import { conformanceTests } from '../../../test/support/tfjs-conformance.ts'

await conformanceTests('cpu')
