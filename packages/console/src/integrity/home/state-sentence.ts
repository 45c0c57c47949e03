/** The state of integrity in one sentence: never better than what can be seen. */
import type { IntegrityHome } from '@candor/protocol/integrity-api.ts'
import { counted } from '../../design/counted.ts'

export interface StateSentence {
  tone: 'good' | 'warn' | 'bad' | 'plain'
  title: string
  /** What the sentence leaves out. */
  detail: string
}

export function stateSentence(home: IntegrityHome): StateSentence {
  const { pages, scripts, reporting } = home
  const open = home.alarms.filter(({ state }) => state === 'open')
  const proofs = open.filter(({ weight }) => weight === 'proof')
  const stopped = home.containments.filter(({ undoneAt }) => undoneAt === null).length
  const contained =
    stopped === 0 ? '' : ` ${stopped === 1 ? 'One containment is' : `${stopped} containments are`} in force.`

  if (proofs.length > 0)
    return {
      tone: 'bad',
      title:
        proofs.length === 1 && open.length === 1
          ? 'Card data was seen leaving one of your pages'
          : `Card data was seen leaving: ${counted(open.length, 'alarm')} ${open.length === 1 ? 'needs' : 'need'} a decision`,
      detail: `The watcher typed made-up card numbers and saw them go: proof, not suspicion.${contained}`,
    }
  if (open.length > 0)
    return {
      tone: 'warn',
      title: `${counted(open.length, 'alarm')} ${open.length === 1 ? 'needs' : 'need'} a decision`,
      detail: `Nothing shows that data left.${contained}`,
    }
  if (pages.length === 0)
    return {
      tone: 'plain',
      title: 'Nothing is seen yet',
      detail: 'No page has reported, and the watcher has no page to go to.',
    }
  const blind = pages.filter(({ reportedAt }) => reportedAt === null).length
  const seen = pages.length - blind
  if (seen === 0)
    return {
      tone: 'warn',
      title: `${counted(pages.length, 'page')} ${pages.length === 1 ? 'is' : 'are'} visited, and no browser reports what runs there`,
      detail: `Your pages lack the two header lines.${contained}`,
    }
  if (scripts.new > 0)
    return {
      tone: 'warn',
      title: `${counted(scripts.new, 'script')} ${scripts.new === 1 ? 'waits' : 'wait'} for a first decision`,
      detail: `${counted(scripts.total, 'script')} ran on ${counted(seen, 'page')} that report.${contained}`,
    }
  const ran =
    blind > 0 ? `${seen} of ${counted(pages.length, 'page')}` : seen === 1 ? 'Your page' : `All ${seen} pages`
  return {
    tone: blind > 0 || stopped > 0 ? 'warn' : 'good',
    title: `${ran} ${seen === 1 ? 'runs' : 'run'} only what was approved`,
    detail: `${
      blind > 0
        ? `${counted(blind, 'page')} ${blind === 1 ? 'does' : 'do'} not report: what runs there is not known.`
        : reporting.share === null
          ? 'Nobody visited in the last hour.'
          : `As ${Math.round(reporting.share * 100)} % of the last hour’s page views reported.`
    }${contained}`,
  }
}
