/** A stand-in until the commands are there. */
console.log('0.1.0')
