lenght = 3
def g(): 
    print(lenghts)
g()
