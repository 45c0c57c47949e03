import { existsSync } from 'node:fs'
import * as path from 'node:path'

/** Public data sets are not in this repository: they lie beside it, or where CANDOR_DATA says. */
const dataFolder = process.env['CANDOR_DATA'] ?? path.join(import.meta.dirname, '../../../../shared/data')

/** The folder of a data set, or null where it is not there. */
export function dataSet(name: string): string | null {
  const folder = path.join(dataFolder, name)
  return existsSync(path.join(folder, 'README.md')) ? folder : null
}

export function missingDataSet(name: string): string {
  return `The data set ${name} is not here: put it into ../shared/data beside the project, or name its folder in CANDOR_DATA.`
}
