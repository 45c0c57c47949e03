import { WebSocket } from 'ws'
import type { Target, Wire, WireListener } from './wire.ts'

/** Under load ejabberd now and then loses what a client says right after the handshake: then it comes again. */
const answerMsMax = 15_000
const signInsMax = 4

/**
 * XMPP over WebSocket (RFC 7395): two users who are signed in, have a session and send each other chat messages
 * under their full addresses. No stream management, receipts or carbons: the rival does less than the contract
 * asks for, and its sender is not told that a message is stored.
 */
export function openXmppWire(target: Extract<Target, { system: 'xmpp' }>, heard: WireListener): Wire {
  const sides: WebSocket[] = []
  const addressOf = (pair: number, side: number): string => `${userOf(pair, side)}@${target.host}/b`

  async function signIn(pair: number, side: number): Promise<WebSocket> {
    for (let attempt = 1; ; attempt++)
      try {
        return await signInOnce(pair, side)
      } catch (caught) {
        if (!(caught instanceof NoAnswer) || attempt === signInsMax) throw caught
      }
  }

  async function signInOnce(pair: number, side: number): Promise<WebSocket> {
    const user = userOf(pair, side)
    const socket = new WebSocket(target.url, 'xmpp', { perMessageDeflate: false })
    const waiting: { pattern: RegExp; settle(): void; fail(caught: Error): void }[] = []
    socket.on('message', (data: Buffer) => {
      const [first] = waiting
      if (first === undefined) {
        const at = data.indexOf(marker)
        if (at === -1 || data[1] !== letterM) return
        heard.arrived(Number(data.toString('latin1', at + marker.length, data.indexOf('!', at))))
        return
      }
      const text = data.toString('utf8')
      if (first.pattern.test(text)) {
        waiting.shift()
        first.settle()
      } else if (/<failure|<stream:error|type='error'/.test(text)) first.fail(new Error(text))
    })
    socket.on('close', () => heard.fault('connection lost'))
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject))
    const say = (stanza: string, answer: RegExp): Promise<void> =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          socket.removeAllListeners('close').terminate()
          reject(new NoAnswer(`no ${answer} to ${stanza}`))
        }, answerMsMax)
        const settle = (): void => {
          clearTimeout(late)
          resolve()
        }
        waiting.push({ pattern: answer, settle, fail: reject })
        socket.send(stanza)
      })
    const open = `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${target.host}" version="1.0"/>`
    await say(open, /<(stream:)?features/)
    const plain = Buffer.from(`\0${user}\0${target.password}`).toString('base64')
    await say(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${plain}</auth>`, /<success/)
    await say(open, /<(stream:)?features/)
    await say(
      '<iq xmlns="jabber:client" type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>b</resource></bind></iq>',
      /id=["']bind["']/,
    )
    await say('<presence xmlns="jabber:client"/>', /<presence/)
    return socket
  }

  return {
    async openPair(pair) {
      sides[pair * 2] = await signIn(pair, 0)
      sides[pair * 2 + 1] = await signIn(pair, 1)
    },
    async openIdle(client) {
      sides[client] = await signIn(client >> 1, client & 1)
    },
    send(pair, side, message, text) {
      sides[pair * 2 + side]!.send(
        `<message xmlns="jabber:client" type="chat" id="m${message}" to="${addressOf(pair, 1 - side)}"><body>${text}${marker}${message}!</body></message>`,
      )
    },
    close() {
      for (const socket of sides) socket.removeAllListeners('close').terminate()
    },
  }
}

class NoAnswer extends Error {}

export function userOf(pair: number, side: number): string {
  return `${side === 0 ? 'v' : 's'}${pair}`
}

/** The message's number stands in its text: attributes may come in any order and quotes. */
const marker = ' no.'
const letterM = 'm'.charCodeAt(0)
