import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  type ErrorComponentProps,
} from '@tanstack/react-router'
import { isIndex, readAccessSearch } from './access/access-search.ts'
import { views, type View } from './inbox/inbox-rows.ts'
import { DeskPage } from './desk-page.tsx'
import { readIntegritySearch } from './integrity/integrity-search.ts'
import { whoAmI } from './session/session.ts'
import { Shell } from './shell/shell.tsx'
import { readAuthoringSearch } from './virtual-agent/authoring-search.ts'
import { FaultPage, NotFoundPage } from './shell/fault-page.tsx'

export interface DeskSearch {
  view?: View
  /** The open conversation. */
  c?: string
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage })

const signInRoute = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { to?: string } => {
    const to = search['to']
    // Only a path of our own: never a link that somebody sent.
    return typeof to === 'string' && /^\/(?!\/)/.test(to) ? { to } : {}
  },
  component: lazyRouteComponent(() => import('./session/sign-in-page.tsx'), 'SignInPage'),
})

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ location }) => {
    const me = await whoAmI()
    if (!me)
      // oxlint-disable-next-line typescript/only-throw-error -- the router’s own way to another page
      throw redirect({
        to: '/sign-in',
        search: location.href === '/' ? {} : { to: location.href },
      })
    return { me }
  },
  component: function SignedIn() {
    const { me } = signedIn.useRouteContext()
    return <Shell me={me} />
  },
})

const desk = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  validateSearch: (search): DeskSearch => ({
    ...(views.includes(search['view'] as View) && { view: search['view'] as View }),
    ...(typeof search['c'] === 'string' && /^[0-9a-f-]{36}$/.test(search['c']) && { c: search['c'] }),
  }),
  component: function Desk() {
    const { view = 'waiting', c } = desk.useSearch()
    return <DeskPage view={view} initial={c ?? null} />
  },
})

const profile = createRoute({
  getParentRoute: () => signedIn,
  path: '/profile',
  component: lazyRouteComponent(() => import('./session/profile-page.tsx'), 'ProfilePage'),
})

const settings = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings/$section',
  component: lazyRouteComponent(() => import('./settings/settings-page.tsx'), 'SettingsPage'),
})

const settingsIndex = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings',
  beforeLoad: () => {
    // oxlint-disable-next-line typescript/only-throw-error -- the router’s own way to another page
    throw redirect({ to: '/settings/$section', params: { section: 'people' } })
  },
})

const virtualAgent = createRoute({
  getParentRoute: () => signedIn,
  path: '/virtual-agent/$section',
  validateSearch: readAuthoringSearch,
  component: lazyRouteComponent(() => import('./virtual-agent/virtual-agent-page.tsx'), 'VirtualAgentPage'),
})

const virtualAgentIndex = createRoute({
  getParentRoute: () => signedIn,
  path: '/virtual-agent',
  beforeLoad: () => {
    // oxlint-disable-next-line typescript/only-throw-error -- the router’s own way to another page
    throw redirect({ to: '/virtual-agent/$section', params: { section: 'overview' } })
  },
})

const integrity = createRoute({
  getParentRoute: () => signedIn,
  path: '/integrity/$section',
  validateSearch: readIntegritySearch,
  component: lazyRouteComponent(() => import('./integrity/integrity-page.tsx'), 'IntegrityPage'),
})

const integrityIndex = createRoute({
  getParentRoute: () => signedIn,
  path: '/integrity',
  beforeLoad: () => {
    // oxlint-disable-next-line typescript/only-throw-error -- the router’s own way to another page
    throw redirect({ to: '/integrity/$section', params: { section: 'overview' } })
  },
})

const access = createRoute({
  getParentRoute: () => signedIn,
  path: '/access',
  validateSearch: readAccessSearch,
  component: lazyRouteComponent(() => import('./access/access-page.tsx'), 'AccessPage'),
})

const conversationAccess = createRoute({
  getParentRoute: () => signedIn,
  path: '/access/conversation/$id',
  validateSearch: ({ entry }): { entry?: number } => (isIndex(entry) ? { entry } : {}),
  component: lazyRouteComponent(
    () => import('./access/conversation-access-page.tsx'),
    'ConversationAccessPage',
  ),
})

const review = createRoute({
  getParentRoute: () => signedIn,
  path: '/access/review',
  validateSearch: ({ days }): { days?: 7 | 30 | 90 } =>
    days === 7 || days === 30 || days === 90 ? { days } : {},
  component: lazyRouteComponent(() => import('./access/review-page.tsx'), 'ReviewPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    signInRoute,
    signedIn.addChildren([
      desk,
      profile,
      settings,
      settingsIndex,
      virtualAgent,
      virtualAgentIndex,
      integrity,
      integrityIndex,
      access,
      conversationAccess,
      review,
    ]),
  ]),
  basepath: '/desk',
  defaultPreload: 'intent',
  defaultErrorComponent: ({ error }: ErrorComponentProps) => <FaultPage fault={error} />,
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
