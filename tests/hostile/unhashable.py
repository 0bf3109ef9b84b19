# error: TypeError
{[]: 1}
