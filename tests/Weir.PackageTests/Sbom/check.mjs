import { readFileSync } from 'node:fs';
import * as CDX from '@cyclonedx/cyclonedx-library';
const validator = new CDX.Validation.JsonStrictValidator(CDX.Spec.Version.v1dot6);
const fault = await validator.validate(readFileSync(process.argv[2], 'utf8'));
if (fault) { console.error(JSON.stringify(fault, null, 1)); process.exit(1); }
console.log('valid');
