/** A stand-in until the commands are there. */
import { packageRoot } from '../src/base/home.ts'

console.log('0.1.0', packageRoot())
