import { createHmac, type KeyObject } from 'node:crypto'

/**
 * The names that stand in entries: the same for all time within a tenant, so that its entries can be counted and found;
 * without the tenant's key nobody can tell whose one is, and the key is destroyed with the tenant.
 */
export interface Pseudonyms {
  /** 16 bytes as base64url. */
  of(tenant: string, kind: string, id: string): string
  forget(tenant: string): void
}

/** Held twice over at most, some 200 bytes each; what is used is not dropped with the rest. */
const heldMax = 50_000

export function openPseudonyms(keyOf: (tenant: string) => KeyObject): Pseudonyms {
  type Held = Map<string, Map<string, Map<string, string>>>
  let young: Held = new Map()
  /** Those that were young before: one that is asked for again becomes young, the others go when these are full. */
  let old: Held = new Map()
  let count = 0

  return {
    of(tenant, kind, id) {
      const known = young.get(tenant)?.get(kind)?.get(id)
      if (known !== undefined) return known
      const pseudonym =
        old.get(tenant)?.get(kind)?.get(id) ??
        createHmac('sha256', keyOf(tenant)).update(`${kind} ${id}`).digest().toString('base64url', 0, 16)
      if (count >= heldMax) {
        old = young
        young = new Map()
        count = 0
      }
      let ofTenant = young.get(tenant)
      if (ofTenant === undefined) young.set(tenant, (ofTenant = new Map<string, Map<string, string>>()))
      let ofKind = ofTenant.get(kind)
      if (ofKind === undefined) ofTenant.set(kind, (ofKind = new Map<string, string>()))
      ofKind.set(id, pseudonym)
      count++
      return pseudonym
    },
    forget(tenant) {
      young.delete(tenant)
      old.delete(tenant)
    },
  }
}
