import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import type { AffectedPerson } from '@candor/protocol/notices-api.ts'
import { openText, sealText } from '../../access/data-key.ts'

/**
 * How persons lie in the database: sealed under a key of their mailing, which is itself sealed under a key of the
 * installation. Not under the tenant's key with the keyholder: a mailing goes on through the night and after a crash
 * without anybody signing for each person. Whoever has the database and the installation's secret can open it, until
 * the mailing's key is destroyed (docs/notices.md).
 */
export function makeMailingKey(
  installationKey: KeyObject,
  tenant: string,
  mailing: string,
): { key: KeyObject; sealed: Buffer } {
  const bytes = randomBytes(32)
  return {
    key: createSecretKey(bytes),
    sealed: sealText(installationKey, keyContext(tenant, mailing), bytes.toString('base64')),
  }
}

export function openMailingKey(
  installationKey: KeyObject,
  tenant: string,
  mailing: string,
  sealed: Buffer,
): KeyObject {
  return createSecretKey(
    Buffer.from(openText(installationKey, keyContext(tenant, mailing), sealed), 'base64'),
  )
}

export function sealPerson(key: KeyObject, mailing: string, place: number, person: AffectedPerson): Buffer {
  return sealText(key, personContext(mailing, place), JSON.stringify(person))
}

/** @throws Error when it is another person's row, or not one at all. */
export function openPerson(key: KeyObject, mailing: string, place: number, sealed: Buffer): AffectedPerson {
  return JSON.parse(openText(key, personContext(mailing, place), sealed)) as AffectedPerson
}

const keyContext = (tenant: string, mailing: string): string => `notice key ${tenant} ${mailing}`
const personContext = (mailing: string, place: number): string => `notice person ${mailing} ${place}`
