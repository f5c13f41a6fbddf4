import { apiApplicationFile, apiApplicationText } from './api-application.ts';
import { dashboardFile, dashboardText } from './monitoring/dashboard.ts';
import {
  azureRulesFile,
  azureRulesText,
  rulesFile,
  rulesText,
  serviceTestsFile,
  serviceTestsText,
} from './monitoring/rule-files.ts';
import { services } from './monitoring/rules.ts';
import { workbookFile, workbookText } from './monitoring/workbook.ts';
import { officialEmulatorFile, officialEmulatorText } from './official-emulator.ts';
import { topologyFile, topologyText } from './topology.ts';

/** Every file that is made of code, by path from the repository's root. */
export const generatedFiles = (): readonly { readonly file: string; readonly text: string }[] => [
  { file: `infra/${topologyFile}`, text: topologyText() },
  { file: officialEmulatorFile, text: officialEmulatorText() },
  { file: `infra/${apiApplicationFile}`, text: apiApplicationText() },
  { file: rulesFile, text: rulesText() },
  { file: serviceTestsFile, text: serviceTestsText() },
  { file: azureRulesFile, text: azureRulesText() },
  { file: workbookFile, text: workbookText() },
  ...services.map((service) => ({ file: dashboardFile(service), text: dashboardText(service) })),
];
