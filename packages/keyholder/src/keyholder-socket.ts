import { lstatSync, readlinkSync } from 'node:fs'
import * as path from 'node:path'

/** sockaddr_un holds 108 bytes with the closing zero (unix(7)). */
const socketPathBytesMax = 107

/** Where the socket lies in a keyholder's folder, or null where the path is too long for one. */
export function usualSocket(folder: string): string | null {
  const usual = path.join(folder, 'socket')
  return Buffer.byteLength(usual) <= socketPathBytesMax ? usual : null
}

/** In its place then stands a link to where the socket really is. */
export function socketLink(folder: string): string {
  return path.join(folder, 'socket')
}

/** The socket of the keyholder that runs on this folder, seen from another process. */
export function socketIn(folder: string): string {
  const link = socketLink(folder)
  return lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(link) : link
}
