import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'

/**
 * One witness a folder: two with the same key would each remember its own tree and cosign a fork between them.
 * @returns how to unlock. @throws Error while another process holds the folder.
 */
export function lockFolder(folder: string): () => void {
  const place = path.join(folder, 'running')
  try {
    writeFileSync(place, String(process.pid), { flag: 'wx', mode: 0o600 })
  } catch (fault) {
    if (!(fault instanceof Error && 'code' in fault && fault.code === 'EEXIST')) throw fault
    const pid = Number(readFileSync(place, 'utf8'))
    if (isRunning(pid))
      throw new Error(
        `Process ${pid} is the witness of ${folder}. If it is another program, remove ${place}.`,
        {
          cause: fault,
        },
      )
    writeFileSync(place, String(process.pid), { mode: 0o600 })
  }
  return () => rmSync(place, { force: true })
}

function isRunning(pid: number): boolean {
  // After a restart of the machine, or in a container, our own number may be the one that was written.
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ESRCH') return false
    if (fault instanceof Error && 'code' in fault && fault.code === 'EPERM') return true
    throw fault
  }
}
