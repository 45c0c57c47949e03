import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from './actor.ts'
import { openApiKeys, type ApiKeys } from './api-keys.ts'
import { openApprovedPages, type ApprovedPages } from './approved-pages.ts'
import { openIdentifierFormats, type IdentifierFormats } from './identifier-formats.ts'
import { openIdentityKeys, type IdentityKeys } from './identity-keys.ts'
import { openPeople, type People } from './people.ts'
import { openSessionEndings, type SessionEndings } from './session-endings.ts'
import { openSignIn, type SignIn } from './sign-in.ts'
import { openTenantDirectory, type TenantDirectory } from './tenant-directory.ts'
import { openVisitors, type Visitors } from './visitors.ts'
import { openWidgetConfigs, type WidgetConfigs } from './widget-config.ts'

/** Who is who: tenants, their people and keys, their visitors. Every `Actor` comes from here. */
export interface Tenants
  extends
    TenantDirectory,
    People,
    SignIn,
    ApiKeys,
    IdentityKeys,
    Visitors,
    WidgetConfigs,
    ApprovedPages,
    IdentifierFormats {
  /**
   * Who asks, by API key (`Authorization: Bearer …`) or else by session cookie. A key that is not ours is nobody,
   * even beside a good cookie: the caller meant to use the key.
   */
  actorOfRequest(headers: {
    cookie?: string | undefined
    authorization?: string | undefined
  }): Promise<Actor | null>
  onSessionEnded: SessionEndings['onSessionEnded']
}

export function openTenants(options: {
  store: Store
  clock: Clock
  ids: Ids
  /** Keys for cookies and visitor tokens are derived from it. */
  authSecret: string
  /** Where browsers reach us; https makes the session cookie `Secure`. */
  publicUrl: () => string
}): Tenants {
  const { store, clock, ids, authSecret, publicUrl } = options
  const endings = openSessionEndings()
  const directory = openTenantDirectory({ store, clock, ids })
  const signIn = openSignIn({ store, clock, authSecret, publicUrl, endings })
  const apiKeys = openApiKeys({ store, clock, endings })
  const formats = openIdentifierFormats({ store, clock })
  return {
    ...directory,
    ...signIn,
    ...apiKeys,
    ...openPeople({ store, clock }),
    ...openIdentityKeys({ store, clock }),
    ...openVisitors({
      store,
      clock,
      ids,
      authSecret,
      endings,
      tenant: directory.tenant,
      guardFormats: formats.guardFormats,
    }),
    ...openWidgetConfigs({ store, clock, tenant: directory.tenant }),
    ...openApprovedPages({ store, clock }),
    ...formats,
    onSessionEnded: endings.onSessionEnded,

    actorOfRequest({ cookie, authorization }) {
      if (authorization === undefined) return signIn.actorOfCookie(cookie)
      const key = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
      return key === undefined ? Promise.resolve(null) : apiKeys.staffOfKey(key)
    },
  }
}
