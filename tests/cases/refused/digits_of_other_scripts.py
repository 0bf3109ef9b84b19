print(int("\u0664\u0662"))
