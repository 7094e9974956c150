/**
 * Laws are fast-check's properties. A normal run tries the same cases each time, so that what passed once passes
 * again; `--mode slow` draws other cases each time, and a law that fails there names its seed.
 */
import fc from 'fast-check'

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 })
