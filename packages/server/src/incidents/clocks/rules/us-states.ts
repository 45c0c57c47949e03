import type { ClockRule } from '@candor/protocol/incidents-api.ts'
import { rulesOf } from './state-law.ts'
import { AK } from './us-states/us-ak.ts'
import { AL } from './us-states/us-al.ts'
import { AR } from './us-states/us-ar.ts'
import { AZ } from './us-states/us-az.ts'
import { CA } from './us-states/us-ca.ts'
import { CO } from './us-states/us-co.ts'
import { CT } from './us-states/us-ct.ts'
import { DC } from './us-states/us-dc.ts'
import { DE } from './us-states/us-de.ts'
import { FL } from './us-states/us-fl.ts'
import { GA } from './us-states/us-ga.ts'
import { GU } from './us-states/us-gu.ts'
import { HI } from './us-states/us-hi.ts'
import { IA } from './us-states/us-ia.ts'
import { ID } from './us-states/us-id.ts'
import { IL } from './us-states/us-il.ts'
import { IN } from './us-states/us-in.ts'
import { KS } from './us-states/us-ks.ts'
import { KY } from './us-states/us-ky.ts'
import { LA } from './us-states/us-la.ts'
import { MA } from './us-states/us-ma.ts'
import { MD } from './us-states/us-md.ts'
import { ME } from './us-states/us-me.ts'
import { MI } from './us-states/us-mi.ts'
import { MN } from './us-states/us-mn.ts'
import { MO } from './us-states/us-mo.ts'
import { MS } from './us-states/us-ms.ts'
import { MT } from './us-states/us-mt.ts'
import { NC } from './us-states/us-nc.ts'
import { ND } from './us-states/us-nd.ts'
import { NE } from './us-states/us-ne.ts'
import { NH } from './us-states/us-nh.ts'
import { NJ } from './us-states/us-nj.ts'
import { NM } from './us-states/us-nm.ts'
import { NV } from './us-states/us-nv.ts'
import { NY } from './us-states/us-ny.ts'
import { OH } from './us-states/us-oh.ts'
import { OK } from './us-states/us-ok.ts'
import { OR } from './us-states/us-or.ts'
import { PA } from './us-states/us-pa.ts'
import { PR } from './us-states/us-pr.ts'
import { RI } from './us-states/us-ri.ts'
import { SC } from './us-states/us-sc.ts'
import { SD } from './us-states/us-sd.ts'
import { TN } from './us-states/us-tn.ts'
import { TX } from './us-states/us-tx.ts'
import { UT } from './us-states/us-ut.ts'
import { VA } from './us-states/us-va.ts'
import { VI } from './us-states/us-vi.ts'
import { VT } from './us-states/us-vt.ts'
import { WA } from './us-states/us-wa.ts'
import { WI } from './us-states/us-wi.ts'
import { WV } from './us-states/us-wv.ts'
import { WY } from './us-states/us-wy.ts'

/** The fifty states, the District of Columbia, Puerto Rico, Guam and the U.S. Virgin Islands. */
export const usStateRules: ClockRule[] = [
  AK,
  AL,
  AR,
  AZ,
  CA,
  CO,
  CT,
  DC,
  DE,
  FL,
  GA,
  GU,
  HI,
  IA,
  ID,
  IL,
  IN,
  KS,
  KY,
  LA,
  MA,
  MD,
  ME,
  MI,
  MN,
  MO,
  MS,
  MT,
  NC,
  ND,
  NE,
  NH,
  NJ,
  NM,
  NV,
  NY,
  OH,
  OK,
  OR,
  PA,
  PR,
  RI,
  SC,
  SD,
  TN,
  TX,
  UT,
  VA,
  VI,
  VT,
  WA,
  WI,
  WV,
  WY,
].flatMap(rulesOf)
