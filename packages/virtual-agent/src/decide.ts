import type { FormField } from '@candor/protocol/events.ts'
import { bytesOfState, newAgentState, parseAgentState } from './agent-state.ts'
import type { Agent } from './agent.ts'
import { paragraph, passageTextId, quotedPassage, renderPart } from './approved-texts.ts'
import { courtesyOf } from './courtesy.ts'
import {
  contactForm,
  formOfIntent,
  type Decision,
  type SaidPart,
  type Say,
  type Summary,
} from './decision.ts'
import { textIn, type Intent, type Phrases } from './definition.ts'
import { checkCommands } from './flows/check-commands.ts'
import type { Command } from './flows/commands.ts'
import type { DialogueState } from './flows/dialogue-state.ts'
import type { Advance, Effect, MachineContext, MachineInput, SummaryLine } from './flows/machine.ts'
import { advance } from './flows/run-flows.ts'
import { search } from './knowledge/knowledge-index.ts'
import type { FoundPassage } from './knowledge/search-result.ts'
import { proposeByRules, type Proposer } from './proposer.ts'
import { languages, type Language, type Localised } from './script.ts'
import { yesNoOf } from './slots/read-yes-no.ts'
import type { ReadingContext } from './slots/slot-type.ts'
import { wordsOf } from './tokens.ts'
import { permille, shortened, type Outcome, type Rule, type Trace } from './trace.ts'
import { findTrigger, reasonOfTrigger, type Trigger, type TriggerGroup } from './triggers/find-trigger.ts'
import { agentStateBytesMax, type AgentState, type ToolCall, type ToolResult, type Turn } from './turn.ts'
import { languageOfTurn } from './turn-language.ts'
import { candidatesMax, understand, type Understanding } from './understand.ts'

/**
 * Decides what a virtual agent does next. Pure and deterministic: the same agent and turn get the same decision, so
 * that a turn taken again after a crash says the same. Whatever the texts and the state are, it decides.
 */
export function decide(agent: Agent, turn: Turn, propose: Proposer = proposeByRules): Decision {
  return new Deciding(agent, turn, propose).decide()
}

/** As the card guard of this installation writes a mask: `maskOf` in card-guard. */
export const cardMask = /\[(?:card|security|expiry)[a-z ]* removed\]/g

/** Quick replies beside "talk to a person": more are a menu that nobody reads. */
const optionsMax = 4
/** So likely an intent, and no article is looked for: where the encoder is used, a search costs milliseconds. */
const nearlySure = 0.9
/** Below an answer, "did this help?" takes two places. */
const followUpsShown = 3
const alternativesMax = 5
/** Less likely an article is no alternative. */
const alternativePermilleMin = 10
const stepsTraced = 60

/** One approved text, as it is said. */
interface Said {
  text: string
  part: SaidPart
}

/** What a reply leaves behind for the next turn, beside the flows. */
type Remembered = Partial<Pick<AgentState, 'asked' | 'about' | 'others'>>

class Deciding {
  readonly #agent: Agent
  readonly #turn: Turn
  readonly #propose: Proposer
  readonly #language: Language
  readonly #state: AgentState
  readonly #trace: Trace
  /** What the visitor wrote, card masks and all; spans of commands point into it. */
  #said = ''

  constructor(agent: Agent, turn: Turn, propose: Proposer) {
    this.#agent = agent
    this.#turn = turn
    this.#propose = propose
    this.#state = (turn.state === null ? null : parseAgentState(turn.state)) ?? newAgentState()
    const { language, shown } = languageOfTurn(agent.definition, turn, this.#state.language)
    this.#language = language
    this.#state.language = shown
    this.#trace = {
      rule: 'not-understood',
      outcome: 'fallback',
      found: [],
      intent: null,
      article: null,
      flow: this.#state.flows.frames.at(-1)?.flow ?? null,
      language: this.#language,
      classified: null,
      passage: null,
      flowSteps: [],
      proposed: [],
      refused: [],
      alternatives: [],
    }
  }

  decide(): Decision {
    const decision = this.#decideOccasion()
    if (bytesOfState(decision.state) <= agentStateBytesMax) return decision
    // Flows upon flows: what is known goes to a person, and nothing of it is carried on.
    this.#trace.rule = 'state-too-large'
    const over = this.#handOver('too-much-to-remember', [])
    return {
      ...over,
      state: { ...newAgentState(), options: over.state.options, language: over.state.language },
    }
  }

  #decideOccasion(): Decision {
    const { occasion } = this.#turn
    switch (occasion.kind) {
      case 'started':
        return this.#reply('started', 'opening', [this.#phrase('greeting')], this.#firstTitles())
      case 'back':
        // What a person has seen to is not gone on with.
        this.#state.flows = { ...this.#state.flows, frames: [] }
        return this.#reply('back', 'opening', [this.#phrase('back')], this.#firstTitles())
      case 'form':
        return this.#form(occasion.form)
      case 'tool':
        return this.#toolResult(occasion.call.key, occasion.result)
      case 'said': {
        this.#said = occasion.text
        return this.#decideSaid()
      }
    }
  }

  #decideSaid(): Decision {
    const text = this.#said.replaceAll(cardMask, ' ').trim()
    const chosen = this.#chosen()
    if (chosen !== null) this.#trace.found = [shortened(this.#said.trim())]
    if (chosen === 'person') {
      this.#trace.rule = 'quick-reply'
      return this.#handOver('asked-for-a-person', [])
    }
    if (chosen === 'helped') return this.#confirmed('quick-reply')
    if (chosen === 'not-helped') return this.#notHelped()
    if (chosen !== null && chosen !== 'shown') return this.#act(chosen, 'quick-reply', null)

    if (chosen === null) {
      const trigger = findTrigger(text, this.#agent.definition.triggers, atOnce)
      if (trigger !== null) return this.#triggered(trigger)
    }
    const pending = this.#waitsFor()
    // The visitor goes on though a call never came back: it is as if it had run out of time.
    if (pending !== null) return this.#toolResult(pending, { kind: 'fault', fault: 'timeout' })
    return this.#isFlowOpen() ? this.#inFlow(text, chosen === 'shown') : this.#outsideFlow(text)
  }

  /** A flow is under way: it has the first word, a question in the middle is answered, and then it goes on. */
  #inFlow(text: string, shown: boolean): Decision {
    const proposed = shown ? this.#proposedByOption() : this.#proposed(null)
    const forFlow = !proposed.every(({ kind }) => kind === 'none')
    const understood = this.#understand(text)
    const digresses = understood.intent !== null && understood.intent.flow !== this.#topFlow()
    if (forFlow && !shown && digresses && isQuestion(text) && isAboutValues(proposed))
      return this.#act(understood.intent!, 'digression', understood)
    if (forFlow) {
      const accepted = this.#check(proposed)
      if (accepted.length > 0) return this.#advance({ kind: 'commands', commands: accepted }, 'flow')
    }
    const passage = shown ? null : this.#passageInstead(text, understood)
    if (passage !== null) return this.#quote(passage, 'digression', understood)
    if (digresses && !shown) return this.#act(understood.intent!, 'digression', understood)
    if (this.#hadCard(text)) return this.#aside('card-removed', this.#phrase('cardRemoved'))
    const courtesy = courtesyOf(text)
    if (courtesy === 'thanks') return this.#aside('courtesy', this.#phrase('welcome'))
    const rejection = this.#rejection(text)
    if (rejection !== null) return this.#triggered(rejection)
    return this.#advance({ kind: 'commands', commands: this.#check([{ kind: 'none' }]) }, 'flow')
  }

  #outsideFlow(text: string): Decision {
    const understood = this.#understand(text)
    if (understood.rule === 'example' && understood.intent !== null)
      return this.#act(understood.intent, 'example', understood)
    const rejection = this.#rejection(text)
    if (rejection !== null) return this.#triggered(rejection)
    if (this.#state.asked === 'helped') {
      const yes = yesNoOf(text, this.#language)
      if (yes !== null) return yes ? this.#confirmed('confirmed') : this.#notHelped()
    }
    const passage = this.#passageInstead(text, understood)
    if (passage !== null) return this.#quote(passage, 'passage', understood)
    if (understood.intent !== null) return this.#act(understood.intent, understood.rule, understood)
    if (this.#hadCard(text)) return this.#reply('card-removed', 'courtesy', [this.#phrase('cardRemoved')], [])
    const courtesy = courtesyOf(text)
    if (courtesy === 'thanks') return this.#reply('courtesy', 'courtesy', [this.#phrase('welcome')], [])
    if (courtesy === 'greeting')
      return this.#reply('courtesy', 'courtesy', [this.#phrase('greeting')], this.#firstTitles())
    return this.#askBack(understood)
  }

  /** One question back; whoever is not understood twice in a row gets a person. */
  #askBack({ candidates, ranked }: Understanding): Decision {
    const { asked } = this.#state
    if (asked === 'clarification' || asked === 'not-understood') {
      this.#trace.rule = 'not-understood-again'
      return this.#handOver('not-understood', [])
    }
    if (candidates.length >= 2)
      return this.#reply(
        'clarification',
        'clarified',
        [this.#phrase('whichOne')],
        candidates.slice(0, candidatesMax).map((intent) => this.#title(intent)),
        { asked: 'clarification' },
      )
    // What is nearest may still be what is meant: it stands first among the quick replies.
    const nearest = ranked.slice(0, 1).map(({ intent }) => intent)
    const others = this.#agent.definition.intents.filter((intent) => !nearest.includes(intent))
    const offered = [...nearest, ...others].slice(0, optionsMax)
    return this.#reply(
      'not-understood',
      'fallback',
      [this.#phrase('notUnderstood')],
      offered.map((intent) => this.#title(intent)),
      { asked: 'not-understood' },
    )
  }

  /** Answers an intent or starts its flow; inside a flow, the flow goes on afterwards. */
  #act(intent: Intent, rule: Rule, understood: Understanding | null): Decision {
    this.#trace.intent = intent.id
    if (intent.flow !== undefined) return this.#startFlow(intent.flow, rule)
    const answer = this.#text(`intents.${intent.id}.answer`, intent.answer!)
    const others = this.#othersThan(intent, understood)
    if (intent.person === true) {
      this.#trace.rule = rule
      return this.#handOver(intent.id, [answer], intent)
    }
    const form = intent.form && {
      id: formOfIntent(intent.id),
      fields: intent.form.map(({ label, ...field }): FormField => ({ ...field, label: this.#own(label) })),
    }
    if (this.#isFlowOpen()) return this.#resume(rule, 'answered', answer, form)
    const followUps = intent.followUps.flatMap((id) => this.#agent.intents.get(id) ?? [])
    const asksHelped = form === undefined
    return this.#reply(
      rule,
      'answered',
      [answer],
      [
        ...followUps.slice(0, asksHelped ? followUpsShown : optionsMax).map((other) => this.#title(other)),
        ...(asksHelped ? this.#helpedOptions() : []),
      ],
      { asked: asksHelped ? 'helped' : null, about: { kind: 'intent', id: intent.id }, others },
      form,
    )
  }

  #quote(passage: FoundPassage, rule: Rule, understood: Understanding): Decision {
    const quoted: Said = {
      text: quotedPassage(passage),
      part: { textId: passageTextId(passage.id), values: {} },
    }
    this.#trace.article = passage.article
    if (this.#isFlowOpen()) return this.#resume(rule, 'passage', quoted)
    return this.#reply(rule, 'passage', [quoted], this.#helpedOptions(), {
      asked: 'helped',
      about: { kind: 'article', id: passage.article },
      others: this.#othersThan(null, understood),
    })
  }

  /** Something said in the middle of a flow, then "back to …" and the flow's own question. */
  #resume(rule: Rule, outcome: Outcome, said: Said, form?: Say['form']): Decision {
    const command: Command = { kind: 'answer', passage: said.part.textId }
    const decision = this.#advance({ kind: 'commands', commands: this.#check([command]) }, rule, [said])
    if (decision.kind !== 'reply') return decision
    this.#trace.outcome = outcome
    return form === undefined ? decision : { ...decision, say: { ...decision.say, form } }
  }

  /** A word that is no answer; the flow asks again, and no attempt is counted. */
  #aside(rule: Rule, said: Said): Decision {
    const commands = this.#check([{ kind: 'courtesy', courtesy: 'thanks' }])
    return this.#advance({ kind: 'commands', commands }, rule, [said])
  }

  #startFlow(flow: string, rule: Rule): Decision {
    const proposed: Command[] = rule === 'quick-reply' ? [{ kind: 'startFlow', flow }] : this.#proposed(flow)
    return this.#advance({ kind: 'commands', commands: this.#check(proposed) }, rule)
  }

  #toolResult(key: string, result: ToolResult): Decision {
    if (this.#waitsFor() !== key) {
      // Nobody waits for it any more; what came of it, nobody can say here.
      this.#trace.rule = 'tool-result'
      return this.#handOver('tool-fault', [this.#phrase('toolFailed')])
    }
    return this.#advance({ kind: 'toolResult', key, outcome: result }, 'tool-result')
  }

  #waitsFor(): string | null {
    const waiting = this.#state.flows.frames.at(-1)?.waiting
    return waiting?.for === 'tool' ? waiting.key : null
  }

  #form(form: string): Decision {
    const intent = this.#agent.definition.intents.find(({ id }) => formOfIntent(id) === form)
    const thanks = this.#phrase('formThanks')
    if (intent === undefined) return this.#reply('form', 'answered', [thanks], [])
    this.#trace.rule = 'form'
    this.#trace.intent = intent.id
    // What was filled in is for a person to act on, whether somebody is here now or later.
    if (!this.#turn.agentsOnline) return this.#handOver(intent.id, [], intent)
    const over = this.#handOver(intent.id, [], intent)
    return { ...over, say: this.#say([thanks], []) }
  }

  #triggered({ group, found }: Trigger): Decision {
    this.#trace.rule = 'trigger'
    this.#trace.found = [group, shortened(found)]
    const lead = group === 'crisis' || group === 'emergency' ? [this.#phrase(group)] : []
    return this.#handOver(reasonOfTrigger[group], lead)
  }

  #confirmed(rule: Rule): Decision {
    this.#noteAbout()
    return this.#reply(
      rule === 'quick-reply' ? 'confirmed' : rule,
      'confirmed',
      [this.#phrase('helpedThanks')],
      this.#firstTitles(),
    )
  }

  #notHelped(): Decision {
    this.#noteAbout()
    const others = this.#state.others.flatMap((id) => this.#agent.intents.get(id) ?? [])
    return this.#reply(
      'not-helped',
      'not-helped',
      [this.#phrase('notHelped')],
      others.slice(0, candidatesMax).map((intent) => this.#title(intent)),
      { asked: 'clarification' },
    )
  }

  #noteAbout(): void {
    const { about } = this.#state
    if (about !== null) this.#trace[about.kind] = about.id
  }

  /**
   * Says what leads to it and that a person comes; outside the hours of the people it says so, asks where to answer,
   * and the conversation waits for them.
   */
  #handOver(
    reason: string,
    lead: Said[],
    about?: Intent,
    known?: SummaryLine[],
  ): Extract<Decision, { kind: 'handOver' }> {
    const { definition } = this.#agent
    const open = this.#state.flows.frames
    const summary: Summary = {
      wish: this.#wish(about),
      slots: (known ?? this.#knownSlots()).map(({ name, title, value }) => ({ name, label: title, value })),
      done: this.#state.flows.finished.flatMap((id) => this.#flowTitle(id) ?? []),
      reason: wordsJoined(reason),
    }
    if (open.length > 0) this.#trace.flow = open.at(-1)!.flow
    const { agentsOnline } = this.#turn
    const say = this.#say([...lead, this.#phrase(agentsOnline ? 'handOver' : 'nobodyHere')], [])
    if (!agentsOnline) {
      const label = this.#own(definition.phrases.emailLabel)
      say.form = { id: contactForm, fields: [{ name: 'email', label, input: 'email', required: true }] }
    }
    this.#trace.outcome = 'handed-over'
    const flows: DialogueState = { ...this.#state.flows, frames: [] }
    return {
      kind: 'handOver',
      reason: wordsJoined(reason),
      say,
      summary,
      state: { ...newAgentState(), flows, language: this.#state.language },
      trace: this.#trace,
    }
  }

  /** What flows know, for a person; asked of the machine, which would say it in a hand-over of its own. */
  #knownSlots(): SummaryLine[] {
    if (this.#state.flows.frames.length === 0) return []
    const input: MachineInput = { kind: 'commands', commands: [{ kind: 'handOver', reason: 'summary' }] }
    return this.#machine(input).effects.flatMap((effect) =>
      effect.kind === 'handOver' ? effect.summary : [],
    )
  }

  #wish(about: Intent | undefined): string | null {
    const flow = this.#state.flows.frames[0]?.flow
    if (flow !== undefined) return this.#flowTitle(flow)
    const last = this.#state.about
    if (about === undefined && last?.kind === 'flow') return this.#flowTitle(last.id)
    const intent = about ?? (last?.kind === 'intent' ? this.#agent.intents.get(last.id) : undefined)
    const { definition } = this.#agent
    return intent === undefined ? null : textIn(definition, intent.title, definition.language).text
  }

  #flowTitle(id: string): string | null {
    const { definition, compiled } = this.#agent
    const flow = compiled.flows.get(id)?.flow
    return flow === undefined ? null : textIn(definition, flow.title, definition.language).text
  }

  #advance(input: MachineInput, rule: Rule, lead: Said[] = []): Decision {
    this.#trace.rule = rule
    this.#trace.outcome = 'flow'
    const before = this.#state.flows
    const { state, effects, trace } = this.#machine(input)
    this.#noteSteps(trace)
    this.#trace.flow = state.frames.at(-1)?.flow ?? trace.at(-1)?.flow ?? this.#trace.flow
    return this.#carryOn(before, state, effects, lead)
  }

  #carryOn(before: DialogueState, after: DialogueState, effects: readonly Effect[], lead: Said[]): Decision {
    const said = [...lead]
    let options: string[] = []
    let call: ToolCall | null = null
    let done: string | null = null
    for (const effect of effects)
      switch (effect.kind) {
        case 'say':
          said.push(...effect.parts.map((part) => this.#render(part)))
          break
        case 'ask':
        case 'confirm':
          said.push(...effect.parts.map((part) => this.#render(part)))
          options = [...effect.options]
          break
        case 'callTool':
          call = { key: effect.key, tool: effect.tool, args: effect.args }
          break
        case 'done':
          done = effect.flow
          break
        case 'handOver': {
          const failed = effect.reason === 'tool-fault' ? [this.#phrase('toolFailed')] : []
          // Flows that ended in this turn are done; those that were open are what the visitor wanted.
          this.#state.flows = { ...before, finished: after.finished, frames: before.frames }
          const over = this.#handOver(effect.reason, [...said, ...failed], undefined, effect.summary)
          return { ...over, state: { ...over.state, flows: after } }
        }
      }
    this.#state.flows = after
    if (call !== null) {
      const say = said.length === 0 ? {} : { say: this.#say(said, []) }
      return { kind: 'call', call, ...say, state: this.#next([], {}), trace: this.#trace }
    }
    if (after.frames.length > 0) {
      if (said.length === 0) said.push(this.#phrase('waiting'))
      return this.#reply(this.#trace.rule, this.#trace.outcome, said, options)
    }
    const ended = done ?? this.#trace.flow
    if (said.length === 0) said.push(this.#phrase('formThanks'))
    if (done === null || ended === null)
      return this.#reply(this.#trace.rule, this.#trace.outcome, said, this.#firstTitles())
    return this.#reply(this.#trace.rule, this.#trace.outcome, said, this.#helpedOptions(), {
      asked: 'helped',
      about: { kind: 'flow', id: ended },
    })
  }

  #machine(input: MachineInput): Advance {
    const { phrases } = this.#agent.definition
    const context: MachineContext = {
      conversation: this.#turn.conversation,
      language: this.#language,
      today: this.#turn.today,
      phrases,
    }
    return advance(this.#agent.compiled, this.#state.flows, input, context)
  }

  #proposed(begins: string | null): Command[] {
    return this.#propose({
      compiled: this.#agent.compiled,
      flows: this.#state.flows,
      text: this.#said,
      reading: this.#reading(),
      begins,
    })
  }

  /** One of our own quick replies below a flow's question: what it stands for is known, however it is worded. */
  #proposedByOption(): Command[] {
    const { confirmYes, confirmNo } = this.#agent.definition.phrases
    if (this.#is(confirmYes)) return [{ kind: 'affirm' }]
    if (this.#is(confirmNo)) return [{ kind: 'deny' }]
    return this.#proposed(null)
  }

  #check(proposed: readonly Command[]): ReturnType<typeof checkCommands>['accepted'] {
    const { accepted, refused } = checkCommands(
      this.#agent.compiled,
      this.#state.flows,
      proposed,
      this.#said,
      this.#reading(),
    )
    this.#trace.proposed.push(...proposed)
    this.#trace.refused.push(
      ...refused.map(({ proposed: command, reason }) => ({ command: command as Command, why: reason })),
    )
    return accepted
  }

  #reading(): ReadingContext {
    const monthFirst = /^en-us\b/i.test(this.#turn.locale ?? '')
    return { language: this.#language, today: this.#turn.today, ...(monthFirst ? { monthFirst } : {}) }
  }

  #noteSteps(steps: Advance['trace']): void {
    for (const { flow, step, kind, ...more } of steps.slice(0, stepsTraced)) {
      const about = Object.entries(more).flatMap(([name, value]) =>
        // A key names the conversation; it stands in the call itself.
        name === 'key' || value === null ? [] : [`${name} ${String(value)}`],
      )
      this.#trace.flowSteps.push({ flow, step, what: kind, about: about.join(', ') || null })
    }
  }

  #understand(text: string): Understanding {
    const understood = understand(this.#agent, text, this.#language)
    this.#trace.classified = understood.traced
    if (understood.rule === 'example') this.#trace.found = [shortened(text)]
    this.#trace.alternatives = understood.ranked
      .slice(0, alternativesMax)
      .map(({ intent, probability }) => ({ kind: 'intent', id: intent.id, permille: permille(probability) }))
    return understood
  }

  /** The passage that answers, when one is near enough; the trace says what was nearest in any case. */
  #passage(text: string): FoundPassage | null {
    const { knowledge } = this.#agent
    if (knowledge === null) return null
    const { passages, threshold, answered } = search(knowledge, text, {
      // Not that of the browser: an article in another language than the visitor writes is not quoted.
      language: this.#state.language,
    })
    const [first] = passages
    if (first === undefined) return null
    this.#trace.passage = {
      id: first.id,
      article: first.article,
      version: first.version,
      title: shortened(first.title),
      heading: shortened(first.heading),
      permille: permille(first.probability),
      thresholdPermille: permille(threshold),
      answered,
      terms: first.why.terms.slice(0, 8).map(shortened),
      question: first.why.question === null ? null : shortened(first.why.question),
    }
    this.#trace.alternatives = [
      ...this.#trace.alternatives,
      ...passages
        .slice(answered ? 1 : 0)
        .filter(({ probability }) => permille(probability) >= alternativePermilleMin)
        .map(({ article, title, probability }) => ({
          kind: 'article' as const,
          id: article,
          title: shortened(title),
          permille: permille(probability),
        })),
    ]
    return answered ? first : null
  }

  /**
   * An article that covers the text while no intent does, or that does so more likely: a question about a dog in the
   * cabin shares its words with baggage. An intent that is nearly sure is not doubted.
   */
  #passageInstead(text: string, { intent, rule, ranked }: Understanding): FoundPassage | null {
    const probability = ranked[0]?.probability ?? 0
    if (intent !== null && (rule !== 'classifier' || probability >= nearlySure)) return null
    const passage = this.#passage(text)
    return passage !== null && (intent === null || passage.probability > probability) ? passage : null
  }

  #rejection(text: string): Trigger | null {
    return findTrigger(text, this.#agent.definition.triggers, ['rejection'])
  }

  #hadCard(text: string): boolean {
    return text !== this.#said.trim()
  }

  #isFlowOpen(): boolean {
    return this.#state.flows.frames.length > 0
  }

  /** The flow that the visitor began, not one that it calls. */
  #topFlow(): string | undefined {
    return this.#state.flows.frames.findLast(({ called }) => called !== true)?.flow
  }

  /** One of our quick replies, in whatever language; `shown`: one that a flow showed last. */
  #chosen(): Intent | 'person' | 'helped' | 'not-helped' | 'shown' | null {
    const { phrases, intents } = this.#agent.definition
    const words = joinedWords(this.#said)
    if (words === '') return null
    if (this.#is(phrases.personOption)) return 'person'
    const shown = this.#state.options.some((option) => joinedWords(option) === words)
    if (this.#isFlowOpen()) return shown ? 'shown' : null
    if (shown && this.#is(phrases.helpedYes)) return 'helped'
    if (shown && this.#is(phrases.helpedNo)) return 'not-helped'
    return intents.find(({ title }) => this.#is(title)) ?? null
  }

  #is(label: Localised): boolean {
    const words = joinedWords(this.#said)
    return languages.some(
      (language) => label[language] !== undefined && joinedWords(label[language]) === words,
    )
  }

  #othersThan(intent: Intent | null, understood: Understanding | null): string[] {
    return (understood?.ranked ?? [])
      .filter((other) => other.intent !== intent)
      .slice(0, candidatesMax)
      .map((other) => other.intent.id)
  }

  #reply(
    rule: Rule,
    outcome: Outcome,
    said: Said[],
    options: string[],
    remembered: Remembered = {},
    form?: Say['form'],
  ): Extract<Decision, { kind: 'reply' }> {
    this.#trace.rule = rule
    this.#trace.outcome = outcome
    const all = [...new Set([...options, this.#own(this.#agent.definition.phrases.personOption)])]
    const say = this.#say(said, all, form)
    return { kind: 'reply', say, state: this.#next(all, remembered), trace: this.#trace }
  }

  #next(options: string[], { asked = null, about = null, others = [] }: Remembered): AgentState {
    const { flows, language } = this.#state
    return { version: 1, flows, asked, options, about, others, language }
  }

  #say(said: Said[], options: string[], form?: Say['form']): Say {
    return {
      text: said.map(({ text }) => text).join(paragraph),
      options,
      ...(form === undefined ? {} : { form }),
      parts: said.map(({ part }) => part),
    }
  }

  #helpedOptions(): string[] {
    const { helpedYes, helpedNo } = this.#agent.definition.phrases
    return [this.#own(helpedYes), this.#own(helpedNo)]
  }

  #firstTitles(): string[] {
    return this.#agent.definition.intents.slice(0, optionsMax).map((intent) => this.#title(intent))
  }

  #title({ title }: Intent): string {
    return this.#own(title)
  }

  #own(text: Localised): string {
    return textIn(this.#agent.definition, text, this.#language).text
  }

  #phrase(name: keyof Phrases): Said {
    return this.#text(`phrases.${name}`, this.#agent.definition.phrases[name])
  }

  #text(id: string, localised: Localised): Said {
    const { text, language } = textIn(this.#agent.definition, localised, this.#language)
    return { text, part: { textId: `${id}.${language}`, values: {} } }
  }

  #render(part: SaidPart): Said {
    return { text: renderPart(this.#agent.texts.get(part.textId)!, part), part }
  }
}

/** Looked for before anything else; a rejection is one only where no flow takes it for a correction. */
const atOnce: readonly TriggerGroup[] = ['crisis', 'emergency', 'legal', 'anger', 'payment', 'person']

function joinedWords(text: string): string {
  return wordsOf(text).join(' ')
}

/** The form that reasons of hand-overs have everywhere. */
function wordsJoined(reason: string): string {
  return (
    reason
      .toLowerCase()
      .replaceAll(/[^a-z]+/g, '-')
      .replaceAll(/^-+|-+$/g, '') || 'handed-over'
  )
}

/** "What does it cost to change to Friday?" names a day and asks something. */
function isQuestion(text: string): boolean {
  if (/[?؟]\s*$/u.test(text)) return true
  return questionWords.has(wordsOf(text)[0] ?? '')
}

const questionWords = new Set(
  `what whats when where why how who which can could do does is are will would
   que cuando donde cuanto cuanta cuantos como quien cual puedo puede hay
   was wann wo warum wie wer welche welcher welches kann konnen gibt ist
   ما ماذا متي اين لماذا كيف كم من هل`.split(/\s+/),
)

/** A yes, a no and giving up are never a question about something else. */
function isAboutValues(proposed: readonly Command[]): boolean {
  return proposed.every(({ kind }) => kind === 'setSlot' || kind === 'correctSlot' || kind === 'none')
}
