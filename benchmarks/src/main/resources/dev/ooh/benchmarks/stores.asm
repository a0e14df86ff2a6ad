; The loops of StoreBenchmark without an operating system: 8-byte stores to 64 MiB, random and
; sequential, in 64-bit mode behind four levels of page tables with pages of 4 KiB.
;
; A boot sector for nasm -f bin. It begins each pass of random stores by sending RANDOM to port E9h,
; where QEMU (-debugcon) and Bochs (port_e9_hack) show it, and each pass of sequential ones by
; sending SEQUENTIAL; for ever.

RANDOM      equ 1
SEQUENTIAL  equ 2
PORT        equ 0xE9
BASE        equ 32 << 20
BYTES       equ 64 << 20
STORES      equ BYTES / 8
MAPPED      equ 128 << 20

PML4        equ 0x10000
PDPT        equ 0x11000
DIRECTORY   equ 0x12000
TABLES      equ 0x20000         ; 64 of them, each for 2 MiB
TABLES_END  equ TABLES + (MAPPED >> 21) * 0x1000
PRESENT     equ 3               ; and writable

        bits 16
        org 0x7C00
        cli
        xor ax, ax
        mov ds, ax
        mov ss, ax
        mov sp, 0x7C00
        in al, 0x92             ; addresses beyond 1 MiB: A20
        or al, 2
        out 0x92, al
        lgdt [gdt_pointer]
        mov eax, cr0
        or al, 1                ; PE
        mov cr0, eax
        jmp 0x08:protected_mode

        bits 32
protected_mode:
        mov ax, 0x10
        mov ds, ax
        mov es, ax
        mov ss, ax
        cld
        mov edi, PML4
        xor eax, eax
        mov ecx, 3 * 0x1000 / 4
        rep stosd
        mov dword [PML4], PDPT + PRESENT
        mov dword [PDPT], DIRECTORY + PRESENT
        mov edi, DIRECTORY
        mov eax, TABLES + PRESENT
directory_entry:
        mov [edi], eax
        add edi, 8
        add eax, 0x1000
        cmp eax, TABLES_END + PRESENT
        jb directory_entry
        mov edi, TABLES
        mov eax, PRESENT
table_entry:                    ; every page at its own address
        mov [edi], eax
        mov dword [edi + 4], 0
        add edi, 8
        add eax, 0x1000
        cmp eax, MAPPED + PRESENT
        jb table_entry
        mov eax, cr4
        or eax, 1 << 5          ; PAE
        mov cr4, eax
        mov eax, PML4
        mov cr3, eax
        mov ecx, 0xC0000080     ; EFER
        rdmsr
        or eax, 1 << 8          ; LME
        wrmsr
        mov eax, cr0
        or eax, 1 << 31         ; PG
        mov cr0, eax
        jmp 0x18:long_mode

        bits 64
long_mode:
        mov rbx, BASE
        mov r8, 6364136223846793005
        mov r9, 1442695040888963407
        mov r10d, BYTES - 8
passes:
        mov al, RANDOM
        out PORT, al
        mov eax, 1
        xor ecx, ecx
random:
        imul rax, r8
        add rax, r9
        mov rdx, rax
        shr rdx, 38
        and rdx, r10
        mov [rbx + rdx], rcx
        inc ecx
        cmp ecx, STORES
        jb random
        mov al, SEQUENTIAL
        out PORT, al
        xor ecx, ecx
sequential:
        mov [rbx + rcx * 8], rcx
        inc ecx
        cmp ecx, STORES
        jb sequential
        jmp passes

        align 8
gdt:
        dq 0
        dq 0x00CF9A000000FFFF   ; 08h: code, 32 bits
        dq 0x00CF92000000FFFF   ; 10h: data
        dq 0x00AF9A000000FFFF   ; 18h: code, 64 bits
gdt_pointer:
        dw gdt_pointer - gdt - 1
        dd gdt

        times 510 - ($ - $$) db 0
        dw 0xAA55
        times 1474560 - ($ - $$) db 0   ; a floppy disk
