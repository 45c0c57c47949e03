import type { EventActor } from '@candor/protocol/events.ts'
import { encode, type Audience, type Connection } from './connection.ts'

/** Who is here, and who looks at which conversation. Nothing of it is stored. */
export interface PresenceBoard {
  connected(connection: Connection): void
  disconnected(connection: Connection): void
  joined(connection: Connection, conversation: string): void
  left(connection: Connection, conversation: string): void
  /** A staff member says whether new conversations may come. */
  setAvailable(connection: Connection, available: boolean): void
  visitorOnline(tenant: string, visitor: string): boolean
  agentsOnline(tenant: string): boolean
  team(tenant: string): EventActor[]
  close(): void
}

/** Changes of presence within this time are told once. */
const settleMs = 150

export function openPresence(options: {
  viewersOf(tenant: string, conversation: string): Connection[]
  tellTopic(tenant: string, conversation: string, to: Audience | null, frame: string): void
  connections(): Iterable<Connection>
}): PresenceBoard {
  /** tenant/visitor → open connections */
  const visitors = new Map<string, number>()
  /** tenant → staff member → open connections that are available */
  const staff = new Map<string, Map<string, { actor: EventActor; connections: Set<Connection> }>>()
  const changedConversations = new Map<string, { tenant: string; conversation: string }>()
  const changedTeams = new Set<string>()
  const toldOnline = new Map<string, boolean>()
  let timer: NodeJS.Timeout | null = null

  function later(): void {
    timer ??= setTimeout(tell, settleMs)
  }

  function tell(): void {
    timer = null
    for (const { tenant, conversation } of changedConversations.values()) {
      const viewers = new Map<string, EventActor>()
      let visitorOnline = false
      for (const { actor, audience } of options.viewersOf(tenant, conversation)) {
        if (audience === 'visitor') visitorOnline = true
        else viewers.set(actor.id, { kind: actor.kind, id: actor.id, name: actor.name })
      }
      const frame = encode({ type: 'presence', conversation, viewers: [...viewers.values()], visitorOnline })
      options.tellTopic(tenant, conversation, 'staff', frame)
    }
    changedConversations.clear()
    for (const tenant of changedTeams) {
      const online = [...(staff.get(tenant)?.values() ?? [])].map(({ actor }) => actor)
      const isOnline = online.length > 0
      const tellVisitors = toldOnline.get(tenant) !== isOnline
      toldOnline.set(tenant, isOnline)
      const team = encode({ type: 'team', online })
      const agentsOnline = encode({ type: 'agents-online', online: isOnline })
      for (const connection of options.connections()) {
        if (connection.actor.tenant !== tenant) continue
        if (connection.inbox) connection.send(team)
        else if (tellVisitors && connection.audience === 'visitor') connection.send(agentsOnline)
      }
    }
    changedTeams.clear()
  }

  function setAvailable(connection: Connection, available: boolean): void {
    const { tenant, kind, id, name } = connection.actor
    let team = staff.get(tenant)
    if (team === undefined) staff.set(tenant, (team = new Map()))
    const member = team.get(id) ?? { actor: { kind, id, name }, connections: new Set() }
    if (available) {
      member.connections.add(connection)
      team.set(id, member)
    } else {
      member.connections.delete(connection)
      if (member.connections.size === 0) team.delete(id)
    }
    changedTeams.add(tenant)
    later()
  }

  function changed(connection: Connection, conversation: string): void {
    const { tenant } = connection.actor
    changedConversations.set(`${tenant}/${conversation}`, { tenant, conversation })
    later()
  }

  return {
    connected(connection) {
      const { actor } = connection
      if (connection.audience === 'visitor') {
        const key = `${actor.tenant}/${actor.id}`
        visitors.set(key, (visitors.get(key) ?? 0) + 1)
      } else if (connection.available) setAvailable(connection, true)
      else if (connection.inbox) {
        changedTeams.add(actor.tenant)
        later()
      }
    },
    disconnected(connection) {
      const { actor } = connection
      if (connection.audience === 'visitor') {
        const key = `${actor.tenant}/${actor.id}`
        const left = (visitors.get(key) ?? 1) - 1
        if (left > 0) visitors.set(key, left)
        else visitors.delete(key)
      } else if (connection.available) setAvailable(connection, false)
    },
    joined: changed,
    left: changed,
    setAvailable(connection, available) {
      connection.available = available
      setAvailable(connection, available)
    },
    visitorOnline: (tenant, visitor) => visitors.has(`${tenant}/${visitor}`),
    agentsOnline: (tenant) => (staff.get(tenant)?.size ?? 0) > 0,
    team: (tenant) => [...(staff.get(tenant)?.values() ?? [])].map(({ actor }) => actor),
    close() {
      if (timer !== null) clearTimeout(timer)
    },
  }
}
