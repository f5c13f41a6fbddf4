import { topologyFile, topologyText } from '../topology.ts';
import { dashboardFile, dashboardText } from './dashboard.ts';
import { azureRulesFile, azureRulesText, rulesFile, rulesText } from './rule-files.ts';
import { services } from './rules.ts';
import { workbookFile, workbookText } from './workbook.ts';

/** Every file that is made of code, from the repository's root. */
export const generatedFiles = (): readonly { readonly file: string; readonly text: string }[] => [
  { file: `infra/${topologyFile}`, text: topologyText() },
  { file: rulesFile, text: rulesText() },
  { file: azureRulesFile, text: azureRulesText() },
  { file: workbookFile, text: workbookText() },
  ...services.map((service) => ({ file: dashboardFile(service), text: dashboardText(service) })),
];
