import { chownSync, cpSync, lstatSync, readdirSync } from 'node:fs'
import * as path from 'node:path'

/** Copies a folder with the owners of its files, as `cp -a` does. Sockets are no files and stay. */
export function copyDisk(from: string, to: string, isWanted: (name: string) => boolean): void {
  cpSync(from, to, {
    recursive: true,
    filter: (file) => file === from || (isWanted(path.relative(from, file)) && !lstatSync(file).isSocket()),
  })
  for (const each of ['', ...readdirSync(to, { recursive: true, encoding: 'utf8' })]) {
    const { uid, gid } = lstatSync(path.join(from, each))
    chownSync(path.join(to, each), uid, gid)
  }
}
