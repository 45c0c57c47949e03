import { connect, type Socket } from 'node:net'

export interface HttpLoad {
  port: number
  path: string
  connections: number
  seconds: number
  /** Requests a second in all, sent on time whatever the answers do; without it each connection asks again at once. */
  perSecond?: number
}

export interface HttpLoadResult {
  answered: number
  seconds: number
  /** From when a request was due until its last byte was here. */
  latenciesMs: Float64Array
}

/**
 * Keep-alive GETs on loopback, of one address whose answer has always the same length: the first answer tells it, and a
 * differing one is a fault. Bounded in connections and seconds.
 */
export async function loadHttp(load: HttpLoad): Promise<HttpLoadResult> {
  const request = Buffer.from(
    `GET ${load.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: identity\r\n\r\n`,
  )
  const bytes = await answerBytes(load.port, request)
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => connected(load.port)))
  const latencies: number[] = []
  const begin = performance.now()
  const end = begin + load.seconds * 1_000
  const due: number[][] = sockets.map(() => [])
  const idle: number[] = sockets.map((_, n) => n)
  /** Due and waiting for a connection: they are late, and it counts. */
  const late: number[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()

  sockets.forEach((socket, n) => {
    let arrived = 0
    socket.on('error', reject)
    socket.on('close', () => {
      if (performance.now() < end) reject(new Error('The server closed a connection.'))
    })
    socket.on('data', (chunk: Buffer) => {
      arrived += chunk.length
      if (arrived < bytes) return
      if (arrived > bytes) reject(new Error('An answer has another length.'))
      arrived = 0
      const now = performance.now()
      latencies.push(now - due[n]!.shift()!)
      if (load.perSecond === undefined) {
        if (now < end) ask(n, now)
      } else if (late.length > 0) ask(n, late.shift()!)
      else idle.push(n)
    })
  })
  function ask(n: number, at: number): void {
    due[n]!.push(at)
    sockets[n]!.write(request)
  }

  if (load.perSecond === undefined) sockets.forEach((_, n) => ask(n, performance.now()))
  else {
    const everyMs = 1_000 / load.perSecond
    let next = begin
    const pace = (): void => {
      const now = performance.now()
      for (; next <= now && next < end; next += everyMs) {
        const n = idle.pop()
        if (n === undefined) late.push(next)
        else ask(n, next)
      }
      if (next < end) setImmediate(pace)
    }
    pace()
  }
  setTimeout(resolve, load.seconds * 1_000)
  try {
    await promise
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  // What was due and not answered is as slow as the whole rest of the run.
  const now = performance.now()
  for (const at of [...late, ...due.flat()]) if (load.perSecond !== undefined) latencies.push(now - at)
  return {
    answered: latencies.length,
    seconds: (now - begin) / 1_000,
    latenciesMs: Float64Array.from(latencies),
  }
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return socket
}

async function answerBytes(port: number, request: Buffer): Promise<number> {
  const socket = await connected(port)
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let text = ''
  socket.setEncoding('latin1')
  socket.once('error', reject)
  socket.on('data', (chunk: string) => {
    text += chunk
    const head = text.indexOf('\r\n\r\n')
    if (head === -1) return
    const [, length] = /^content-length: (\d+)/im.exec(text.slice(0, head)) ?? []
    if (!text.startsWith('HTTP/1.1 200') || length === undefined) reject(new Error(text.slice(0, 80)))
    else if (text.length >= head + 4 + Number(length)) resolve(head + 4 + Number(length))
  })
  socket.write(request)
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}
