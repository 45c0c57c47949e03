import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import { decodeBase32, encodeBase32 } from '../base32.ts'

/**
 * A return path of its own for every mail (VERP): what comes back to it names the mail, however mangled it is. The MAC
 * keeps anybody from reporting a bounce for a mail that they were not sent, or from trying one person after another.
 * 24 bytes: tenant tag 6 | mailing number 4 | place 4 | MAC 10. In base32, 39 of the 64 characters of a local part.
 */
export interface ReturnPaths {
  of(mail: MailPlace): string
  /** Null: not ours, or changed. The tenant is one of those given. */
  read(address: string, tenants: readonly string[]): MailPlace | null
}

export interface MailPlace {
  tenant: string
  /** The mailing's. */
  number: number
  place: number
}

const tagBytes = 6
const macBytes = 10
const bytesAll = tagBytes + 4 + 4 + macBytes
const mark = 'b-'

/** @param key for this purpose alone. */
export function openReturnPaths(key: KeyObject, domain: string): ReturnPaths {
  const mac = (text: string | Buffer, bytes: number): Buffer =>
    createHmac('sha256', key).update(text).digest().subarray(0, bytes)
  const tags = new Map<string, Buffer>()
  const tagOf = (tenant: string): Buffer => {
    let tag = tags.get(tenant)
    if (tag === undefined) tags.set(tenant, (tag = mac(`tenant ${tenant}`, tagBytes)))
    return tag
  }
  return {
    of({ tenant, number, place }) {
      const head = Buffer.alloc(tagBytes + 8)
      tagOf(tenant).copy(head)
      head.writeUInt32BE(number, tagBytes)
      head.writeUInt32BE(place, tagBytes + 4)
      return `${mark}${encodeBase32(Buffer.concat([head, mac(Buffer.concat([Buffer.from(tenant), head]), macBytes)]))}@${domain}`
    },
    read(address, tenants) {
      const match = /^<?b-([a-z2-7]{39})@([a-z0-9.-]{1,253})>?$/i.exec(address.trim())
      if (match === null || match[2]!.toLowerCase() !== domain.toLowerCase()) return null
      const bytes = decodeBase32(match[1]!)
      if (bytes === null || bytes.length !== bytesAll) return null
      const head = bytes.subarray(0, tagBytes + 8)
      const tenant = tenants.find((each) => timingSafeEqual(tagOf(each), head.subarray(0, tagBytes)))
      if (tenant === undefined) return null
      const expected = mac(Buffer.concat([Buffer.from(tenant), head]), macBytes)
      if (!timingSafeEqual(expected, bytes.subarray(tagBytes + 8))) return null
      return { tenant, number: head.readUInt32BE(tagBytes), place: head.readUInt32BE(tagBytes + 4) }
    },
  }
}
