import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Output kept to tell why a program did not start. */
const outputCharsMax = 4_000
/** A program ends by itself when its channel closes; this is for one that hangs. */
const endMsMax = 15_000

export interface ChildProgram<In, Out> {
  pid: number
  child: ChildProcess
  tell(message: In): void
  /** The next message. @throws when the program ends first. */
  heard(): Promise<Out>
  end(): Promise<void>
}

/** Runs a program as a process of its own and talks with it. @param url of its file, from `import.meta.resolve`. */
export function startChildProgram<In extends object, Out>(
  url: string,
  options: { args?: string[]; env?: Record<string, string>; execArgv?: string[] } = {},
): ChildProgram<In, Out> {
  const file = fileURLToPath(url)
  const child = fork(file, options.args ?? [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...options.env },
    execArgv: options.execArgv ?? [],
  })
  let output = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-outputCharsMax)))
  const arrived: Out[] = []
  let waiting: { resolve(message: Out): void; reject(fault: Error): void } | null = null
  let over = false
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.on('message', (message) => {
    if (waiting === null) arrived.push(message as Out)
    else {
      const { resolve } = waiting
      waiting = null
      resolve(message as Out)
    }
  })
  void ended.then(() => {
    over = true
    waiting?.reject(new Error(`${file} ended: ${output}`))
  })
  return {
    pid: child.pid!,
    child,
    tell: (message) => void child.send(message),
    heard() {
      if (arrived.length > 0) return Promise.resolve(arrived.shift()!)
      if (over) return Promise.reject(new Error(`${file} ended: ${output}`))
      return new Promise((resolve, reject) => (waiting = { resolve, reject }))
    },
    async end() {
      if (over) return
      child.disconnect()
      const late = setTimeout(() => child.kill('SIGKILL'), endMsMax)
      await ended
      clearTimeout(late)
    },
  }
}
