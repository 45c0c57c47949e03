import type { Agent } from '@candor/virtual-agent/agent.ts'
import { prepareAgent } from '@candor/virtual-agent/prepare-agent.ts'
import { upgradeScript } from '@candor/virtual-agent/upgrade-script.ts'
import type { SavedScript, Scripts } from './scripts.ts'

/** What answers a tenant's visitors now. */
export interface CurrentAgents {
  /** Null: the tenant has no virtual agent. */
  currentAgent(tenant: string): Promise<Agent | null>
}

export function openCurrentAgents(options: { scripts: Pick<Scripts, 'newest'> }): CurrentAgents {
  const agents = new WeakMap<SavedScript, Agent>()

  return {
    async currentAgent(tenant) {
      const saved = await options.scripts.newest(tenant)
      if (saved === null) return null
      let agent = agents.get(saved)
      if (agent === undefined) {
        const { script, version } = saved
        const definition = upgradeScript(script)
        agent = prepareAgent({ definition, version, model: null, knowledge: null, encoder: null })
        agents.set(saved, agent)
      }
      return agent
    },
  }
}
