def connect():
    import socket
    return socket.socket()


try:
    connect()
except BaseException:
    print("not caught")
