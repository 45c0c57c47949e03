import { startChildProgram } from './child-program.ts'
import type { System } from './system.ts'

export async function startEcho(): Promise<System> {
  const program = startChildProgram<never, { port: number }>(import.meta.resolve('./echo-server.ts'))
  const { port } = await program.heard()
  return {
    name: 'echo',
    describes: 'bare ws server that hands each frame to the other side; stores nothing, acknowledges nothing',
    roots: () => [program.pid],
    serverPid: program.pid,
    target: { system: 'echo', url: `ws://127.0.0.1:${port}` },
    durability: null,
    storedMessages: () => Promise.resolve(null),
    stop: program.end,
  }
}
