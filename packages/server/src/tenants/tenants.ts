import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from './actor.ts'
import type { OnAccessChange } from './access-changes.ts'
import { openApiKeys, type ApiKeys } from './api-keys.ts'
import { openApprovedPages, type ApprovedPages } from './approved-pages.ts'
import { openIdentifierFormats, type IdentifierFormats } from './identifier-formats.ts'
import { openIdentityKeys, type IdentityKeys } from './identity-keys.ts'
import { openLogins, type Logins } from './logins.ts'
import { openPeople, type People } from './people.ts'
import { openSessionEndings, type SessionEndings } from './session-endings.ts'
import { openSignIn, type SignIn } from './sign-in.ts'
import { openStaffSessions } from './staff-sessions.ts'
import { openTenantDirectory, type TenantDirectory } from './tenant-directory.ts'
import { openVisitors, type Visitors } from './visitors.ts'
import { openWidgetConfigs, type WidgetConfigs } from './widget-config.ts'

/** Who is who: tenants, their people and keys, their visitors. Every `Actor` comes from here. */
export interface Tenants
  extends
    TenantDirectory,
    People,
    Logins,
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
  onSessionChanged: SessionEndings['onSessionChanged']
}

export function openTenants(options: {
  store: Store
  clock: Clock
  ids: Ids
  /** Keys for cookies and visitor tokens are derived from it. */
  authSecret: string
  /** Where browsers reach us; https makes the session cookie `Secure`. */
  publicUrl: () => string
  /** Without one nobody is told. */
  onAccessChange?: OnAccessChange
}): Tenants {
  const { store, clock, ids, authSecret, publicUrl, onAccessChange = async () => undefined } = options
  const endings = openSessionEndings()
  const sessions = openStaffSessions({ store, clock, endings })
  const directory = openTenantDirectory({ store, clock, ids, onAccessChange })
  const { resetPassword, resetSecondFactor, ...logins } = openLogins({
    store,
    clock,
    sessions,
    onAccessChange,
  })
  const signIn = openSignIn({ store, clock, authSecret, publicUrl, sessions, logins })
  const apiKeys = openApiKeys({ store, clock, endings, onAccessChange })
  const formats = openIdentifierFormats({ store, clock })
  return {
    ...directory,
    ...signIn,
    ...apiKeys,
    ...openPeople({ store, clock, sessions, onAccessChange }),
    resetPassword,
    resetSecondFactor,
    ...openIdentityKeys({ store, clock, onAccessChange }),
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
    ...openApprovedPages({ store, clock, onAccessChange }),
    ...formats,
    onSessionEnded: endings.onSessionEnded,
    onSessionChanged: endings.onSessionChanged,

    actorOfRequest({ cookie, authorization }) {
      if (authorization === undefined) return signIn.actorOfCookie(cookie)
      const key = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
      return key === undefined ? Promise.resolve(null) : apiKeys.staffOfKey(key)
    },
  }
}
