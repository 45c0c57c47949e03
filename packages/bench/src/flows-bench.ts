import { dataSet, missingDataSet } from './data-sets.ts'
import { slotFigures, type SlotFigures } from './slots-eval.ts'
import { graphFigures, heldOutFigures, standardFigures, type StarFigures } from './star-eval.ts'

/** Goals of weighted F1, in percent. */
const standardGoal = 75
const heldOutGoal = 50

/** Slots against NLU++, then next actions against STAR. Data that is not there is skipped and said so. */
export function flowsBench(say: (line: string) => void, { misses }: { misses: number }): void {
  const nlupp = dataSet('nlupp')
  if (nlupp === null) say(missingDataSet('nlupp'))
  else reportSlots(slotFigures(nlupp), say, misses)
  const star = dataSet('star')
  if (star === null) {
    say(missingDataSet('star'))
    return
  }
  say('')
  say('STAR, next action of the wizard, weighted F1 and accuracy in percent')
  reportStar('the graph alone, no training', graphFigures(star), say, 0)
  const heldOut = heldOutFigures(star)
  reportStar('tasks held out of training (each in turn)', heldOut, say, misses)
  const standard = standardFigures(star, { unhappyToo: false })
  reportStar('same tasks, 80 % of dialogues for training', standard, say, misses)
  const more = standardFigures(star, { unhappyToo: true })
  reportStar('the same, trained also on dialogues that did not go well', more, say, 0)
  say('')
  say(goalLine('same tasks', standard.f1, standardGoal))
  say(goalLine('same tasks, more training', more.f1, standardGoal))
  say(goalLine('held-out tasks', heldOut.f1, heldOutGoal))
}

function reportSlots(figures: SlotFigures[], say: (line: string) => void, misses: number): void {
  say('NLU++ banking, values read')
  for (const { type, values, precision, recall, misses: missed } of figures) {
    say(`  ${type.padEnd(12)} precision ${percent(precision)}  recall ${percent(recall)}  (${values} values)`)
    for (const { text, annotated, read } of missed.slice(0, misses))
      say(
        `      ${JSON.stringify(text)} is ${annotated.join(', ') || 'none'}, read ${read.join(', ') || 'none'}`,
      )
  }
}

function reportStar(name: string, figures: StarFigures, say: (line: string) => void, misses: number): void {
  say(`  ${name}: F1 ${percent(figures.f1)}, accuracy ${percent(figures.accuracy)}`)
  say(`    trained on ${figures.trained} decisions, tested on ${figures.tested}`)
  for (const { task, decisions, f1 } of figures.tasks)
    say(`      ${task.padEnd(24)} ${String(decisions).padStart(5)}  F1 ${percent(f1)}`)
  for (const { truth, predicted, count } of figures.confusions.slice(0, misses))
    say(`      ${String(count).padStart(5)} × ${truth}, taken for ${predicted}`)
}

function goalLine(name: string, f1: number, goal: number): string {
  return `  goal ${goal} for ${name}: ${f1 * 100 >= goal ? 'met' : 'missed'} with ${percent(f1)}`
}

function percent(share: number): string {
  return (100 * share).toFixed(1)
}
