/** What a server shows of its releases, read with limits: whoever serves it may be the one who is checked. */

/** Why it could not be had. */
export class NotServed extends Error {
  override readonly name = 'NotServed'
}

const readMsMax = 10_000

/** @throws NotServed */
export async function fetchBytes(url: URL, bytesMax: number): Promise<Buffer> {
  let response: Response
  try {
    response = await fetch(url, {
      signal: AbortSignal.timeout(readMsMax),
      credentials: 'omit',
      redirect: 'error',
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new NotServed(`${url.pathname} answered ${response.status}`)
    }
    const parts: Uint8Array[] = []
    let length = 0
    for await (const part of response.body ?? []) {
      length += part.length
      if (length > bytesMax) throw new NotServed(`${url.pathname} is longer than ${bytesMax} bytes`)
      parts.push(part)
    }
    return Buffer.concat(parts)
  } catch (caught) {
    // fetch has no error of its own: a TypeError for the network, a DOMException for the time limit.
    if (!(caught instanceof TypeError || caught instanceof DOMException)) throw caught
    throw new NotServed(`${url.pathname} did not answer: ${caught.message}`, { cause: caught })
  }
}
