import type { Definition, Intent } from '@candor/virtual-agent/definition.ts'
import { upgradeScript } from '@candor/virtual-agent/upgrade-script.ts'
import { retailerFlows, retailerTools } from './retailer-flows.ts'
import { retailerScript } from './retailer-script.ts'

/**
 * The virtual agent of the demo retailer: what its script says, and the matters that it settles itself. Its rules
 * are invented; its manner is meant.
 * @param sitesUrl where the retailer's systems answer.
 */
export function retailerAgent(sitesUrl: string): Definition {
  const said = upgradeScript(retailerScript)
  return {
    ...said,
    flows: retailerFlows,
    tools: retailerTools(sitesUrl),
    intents: [
      ...said.intents.map((intent) => {
        const { id, title, examples } = intent
        if (id === 'order-status')
          return { id, title, examples, flow: 'order-status', followUps: ['returns', 'store-hours'] }
        return id === 'returns' ? { ...intent, followUps: ['start-return', 'store-hours'] } : intent
      }),
      startReturn,
    ],
  }
}

const startReturn: Intent = {
  id: 'start-return',
  title: {
    en: 'Start a return',
    es: 'Iniciar una devolución',
    de: 'Rücksendung anmelden',
    ar: 'بدء عملية إرجاع',
  },
  examples: {
    en: [
      'start a return for my order',
      'I want to send order MM20377 back now',
      'register a return',
      'make me a return number',
      'please open a return',
      'can you set up the return for me',
    ],
    es: [
      'iniciar una devolución de mi pedido',
      'quiero devolver el pedido MM20377 ahora',
      'registrar una devolución',
      'déme un número de devolución',
    ],
    de: [
      'eine Rücksendung anmelden',
      'ich möchte die Bestellung MM20377 jetzt zurückschicken',
      'Retoure anlegen',
      'geben Sie mir eine Rücksendenummer',
    ],
    ar: ['ابدأ إرجاع طلبي', 'أريد إرجاع الطلب MM20377 الآن', 'سجّل عملية إرجاع', 'أعطني رقم إرجاع'],
  },
  flow: 'start-return',
  followUps: ['returns', 'store-hours'],
}
